#include "common/kube/http_loop.h"

#include <curl/curl.h>

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/kube/http_transfer.h"

namespace redisop {
namespace {

constexpr absl::Duration kPollMax = absl::Seconds(1);
constexpr absl::Duration kDeadAfter = absl::Seconds(4);

absl::Status Stopped() {
  return MakeStatus(absl::StatusCode::kUnavailable, "the client is shutting down");
}

class CurlLoop final : public HttpLoop {
 public:
  explicit CurlLoop(HttpServer server) : server_(std::move(server)), multi_(NewMulti()) {
    thread_ = std::thread([this] { Run(); });
  }

  ~CurlLoop() override {
    Post([this] { stop_ = true; });
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  absl::StatusOr<HttpResponse> Perform(const HttpRequest& request, absl::Duration timeout,
                                       size_t body_bytes_max) override;
  uint64_t StartStream(const HttpRequest& request, absl::Duration silence_max,
                       HttpStreamCallbacks callbacks) override;
  void CancelStream(uint64_t stream) override;

 private:
  using Command = std::function<void()>;

  static CURLM* NewMulti() {
    CURLM* multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    return multi;
  }

  // Runs `command` on the thread.
  void Post(Command command) {
    absl::MutexLock lock(&mutex_);
    commands_.push_back(std::move(command));
    curl_multi_wakeup(multi_);
  }

  void Submit(std::unique_ptr<HttpTransfer> transfer);
  uint64_t NextNumber() {
    absl::MutexLock lock(&mutex_);
    return ++last_number_;
  }

  void Run();
  void RunCommands();
  void ReapFinished();
  void ReapSilent();
  void EndAll(const absl::Status& status);
  void DropConnectionsIfDead(const HttpTransfer& timed_out);
  std::unique_ptr<HttpTransfer> Take(uint64_t number);

  const HttpServer server_;
  absl::Mutex mutex_;
  // Changed by the thread only, under the mutex; others use it under the mutex.
  CURLM* multi_;
  std::vector<Command> commands_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;

  // Touched by the thread only.
  std::map<uint64_t, std::unique_ptr<HttpTransfer>> running_;
  absl::Duration last_heard_at_ = -absl::InfiniteDuration();
  bool stop_ = false;

  std::thread thread_;
};

absl::StatusOr<HttpResponse> CurlLoop::Perform(const HttpRequest& request, absl::Duration timeout,
                                               size_t body_bytes_max) {
  absl::Notification done;
  absl::StatusOr<HttpResponse> result = Stopped();
  auto on_end = [&](const absl::Status& status, HttpResponse response) {
    result = status.ok() ? absl::StatusOr<HttpResponse>(std::move(response))
                         : absl::StatusOr<HttpResponse>(status);
    done.Notify();
  };
  Submit(std::make_unique<HttpTransfer>(NextNumber(), server_, request,
                                        HttpTransfer::Options{.timeout = timeout,
                                                              .body_bytes_max = body_bytes_max,
                                                              .on_data = nullptr,
                                                              .on_end = on_end}));
  done.WaitForNotification();
  return result;
}

uint64_t CurlLoop::StartStream(const HttpRequest& request, absl::Duration silence_max,
                               HttpStreamCallbacks callbacks) {
  const uint64_t number = NextNumber();
  auto on_end = [end = std::move(callbacks.on_end)](absl::Status status, HttpResponse response) {
    // A stream has nothing to lose: whatever broke it, it is started again.
    if (absl::IsDeadlineExceeded(status)) {
      status = MakeStatus(absl::StatusCode::kUnavailable, MessageOf(status));
    }
    end(status, response);
  };
  Submit(std::make_unique<HttpTransfer>(
      number, server_, request,
      HttpTransfer::Options{
          .silence_max = silence_max, .on_data = std::move(callbacks.on_data), .on_end = on_end}));
  return number;
}

void CurlLoop::CancelStream(uint64_t stream) {
  absl::Notification done;
  Post([&] {
    Take(stream);
    done.Notify();
  });
  done.WaitForNotification();
}

void CurlLoop::Submit(std::unique_ptr<HttpTransfer> transfer) {
  // std::function must be copyable, so the command holds a pointer and takes it over when it runs.
  HttpTransfer* raw = transfer.release();
  Post([this, raw] {
    std::unique_ptr<HttpTransfer> owned(raw);
    if (stop_ || owned->easy() == nullptr) {
      owned->Abandon(Stopped());
      return;
    }
    curl_multi_add_handle(multi_, raw->easy());
    running_.emplace(raw->number(), std::move(owned));
  });
}

std::unique_ptr<HttpTransfer> CurlLoop::Take(uint64_t number) {
  const auto found = running_.find(number);
  if (found == running_.end()) {
    return nullptr;
  }
  std::unique_ptr<HttpTransfer> transfer = std::move(found->second);
  running_.erase(found);
  curl_multi_remove_handle(multi_, transfer->easy());
  return transfer;
}

void CurlLoop::Run() {
  while (!stop_) {
    RunCommands();
    int active = 0;
    curl_multi_perform(multi_, &active);
    ReapFinished();
    ReapSilent();
    if (!stop_) {
      curl_multi_poll(multi_, nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kPollMax)),
                      nullptr);
    }
  }
  EndAll(Stopped());
  RunCommands();
}

void CurlLoop::RunCommands() {
  std::vector<Command> commands;
  {
    absl::MutexLock lock(&mutex_);
    commands.swap(commands_);
  }
  for (const Command& command : commands) {
    command();
  }
}

void CurlLoop::ReapFinished() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) {
      continue;
    }
    const CURLcode result = message->data.result;
    HttpTransfer* finished = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &finished);
    const std::unique_ptr<HttpTransfer> transfer = Take(finished->number());
    if (transfer->Heard()) {
      last_heard_at_ = std::max(last_heard_at_, transfer->last_byte_at());
    }
    transfer->Finish(result);
    if (result == CURLE_OPERATION_TIMEDOUT) {
      DropConnectionsIfDead(*transfer);
    }
  }
}

void CurlLoop::ReapSilent() {
  const absl::Duration now = SystemClock().Monotonic();
  std::vector<uint64_t> silent;
  for (const auto& [number, transfer] : running_) {
    if (now >= transfer->SilentAt()) {
      silent.push_back(number);
    }
  }
  for (uint64_t number : silent) {
    const std::unique_ptr<HttpTransfer> transfer = Take(number);
    transfer->Abandon(
        MakeStatus(absl::StatusCode::kUnavailable, "nothing came on the stream for too long"));
    DropConnectionsIfDead(*transfer);
  }
}

// A timed-out HTTP/2 stream leaves its connection in use. When nothing at all came from the server
// for as long, the connection is dead (a load balancer that swallows, say): without this, every
// later request would die on it.
void CurlLoop::DropConnectionsIfDead(const HttpTransfer& timed_out) {
  const absl::Duration silent_since = timed_out.last_byte_at();
  if (SystemClock().Monotonic() - silent_since < kDeadAfter || last_heard_at_ > silent_since) {
    return;
  }
  for (const auto& [number, transfer] : running_) {
    if (transfer->Heard() && transfer->last_byte_at() > silent_since) {
      return;
    }
  }
  EndAll(MakeStatus(absl::StatusCode::kDeadlineExceeded, "the connection to the server is dead"));
  CURLM* fresh = NewMulti();
  CURLM* dead = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    dead = std::exchange(multi_, fresh);
  }
  curl_multi_cleanup(dead);
}

void CurlLoop::EndAll(const absl::Status& status) {
  while (!running_.empty()) {
    Take(running_.begin()->first)->Abandon(status);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpLoop>> MakeHttpLoop(HttpServer server) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) {
    return MakeStatus(absl::StatusCode::kInternal, curl_easy_strerror(initialised));
  }
  return std::unique_ptr<HttpLoop>(std::make_unique<CurlLoop>(std::move(server)));
}

}  // namespace redisop
