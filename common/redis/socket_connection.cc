#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <deque>
#include <optional>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/redis/redis_connection.h"
#include "common/redis/reply_reader.h"
#include "common/redis/tls_transport.h"
#include "common/redis/transport.h"

namespace redisop {
namespace {

constexpr size_t kReadBytes = 64 << 10;
// What was written is cut off the queue's front from this size on.
constexpr size_t kCutBytes = 1 << 20;

absl::Status AppendCommand(absl::Span<const std::string_view> words, std::string& out) {
  std::vector<const char*> pointers;
  std::vector<size_t> sizes;
  for (const std::string_view word : words) {
    pointers.push_back(word.data() == nullptr ? "" : word.data());
    sizes.push_back(word.size());
  }
  char* formatted = nullptr;
  const int size = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()),
                                          pointers.data(), sizes.data());
  if (size < 0) {
    return MakeStatus(absl::StatusCode::kResourceExhausted, "no memory for a command");
  }
  out.append(formatted, static_cast<size_t>(size));
  redisFreeCommand(formatted);
  return absl::OkStatus();
}

class SocketConnection : public RedisConnection {
 public:
  SocketConnection(std::unique_ptr<Transport> transport, std::string where,
                   const RedisConnectorOptions& options)
      : transport_(std::move(transport)),
        where_(std::move(where)),
        reader_(options.reply_bytes_max, options.reply_elements_max),
        buffer_(kReadBytes) {}

  absl::StatusOr<std::vector<Reply>> Pipeline(const std::vector<RedisCommand>& commands,
                                              absl::Duration timeout) override {
    for (const RedisCommand& command : commands) {
      const std::vector<std::string_view> words(command.begin(), command.end());
      RETURN_IF_ERROR(Send(words));
    }
    const absl::Duration deadline = SystemClock().Monotonic() + timeout;
    std::vector<Reply> replies;
    replies.reserve(commands.size());
    while (replies.size() < commands.size()) {
      RETURN_IF_ERROR(Advance(deadline, /*until_reply=*/true));
      replies.push_back(TakeReply());
    }
    return replies;
  }

  absl::Status Send(absl::Span<const std::string_view> words) override {
    if (!broken_.ok()) {
      return MakeStatus(absl::StatusCode::kUnavailable, MessageOf(broken_));
    }
    sent_ = sent_ && in_flight_ > 0;
    RETURN_IF_ERROR(AppendCommand(words, out_));
    ++in_flight_;
    return absl::OkStatus();
  }

  absl::Status Flush(absl::Duration timeout) override {
    return Advance(SystemClock().Monotonic() + timeout, /*until_reply=*/false);
  }

  absl::StatusOr<Reply> Receive(absl::Duration timeout) override {
    if (in_flight_ == 0) {
      return MakeStatus(absl::StatusCode::kInternal, "no command awaits a reply");
    }
    RETURN_IF_ERROR(Advance(SystemClock().Monotonic() + timeout, /*until_reply=*/true));
    return TakeReply();
  }

  size_t in_flight() const override { return in_flight_; }

 private:
  Reply TakeReply() {
    Reply reply = std::move(ready_.front());
    ready_.pop_front();
    --in_flight_;
    return reply;
  }

  // Writes the queue and reads, until everything is written and, with `until_reply`, a reply is
  // ready.
  absl::Status Advance(absl::Duration deadline, bool until_reply) {
    if (!broken_.ok() && ready_.empty()) {
      return MakeStatus(absl::StatusCode::kUnavailable, MessageOf(broken_));
    }
    while (true) {
      RETURN_IF_ERROR(WriteSome());
      const bool all_written = written_ == out_.size();
      if (all_written && (!until_reply || !ready_.empty())) {
        return absl::OkStatus();
      }
      ASSIGN_OR_RETURN(const size_t count, ReadSome());
      if (count > 0) {
        continue;
      }
      const absl::Duration left = deadline - SystemClock().Monotonic();
      const absl::Status ready = left > absl::ZeroDuration()
                                     ? transport_->Wait(!all_written, left)
                                     : absl::DeadlineExceededError("no answer in time");
      if (!ready.ok()) {
        return Break(ready);
      }
    }
  }

  absl::Status WriteSome() {
    while (written_ < out_.size()) {
      const auto count = transport_->Write(std::string_view(out_).substr(written_));
      if (!count.ok()) {
        return Break(count.status());
      }
      if (*count == 0) {
        break;
      }
      written_ += *count;
      sent_ = true;
    }
    if (written_ == out_.size() || written_ >= kCutBytes) {
      out_.erase(0, written_);
      written_ = 0;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> ReadSome() {
    const auto count = transport_->Read(absl::MakeSpan(buffer_));
    if (!count.ok()) {
      return Break(count.status());
    }
    if (*count == 0) {
      return size_t{0};
    }
    if (absl::Status fed = reader_.Feed({buffer_.data(), *count}); !fed.ok()) {
      return Break(fed);
    }
    while (true) {
      auto reply = reader_.Next();
      if (!reply.ok()) {
        return Break(reply.status());
      }
      if (!reply->has_value()) {
        return *count;
      }
      ready_.push_back(*std::move(*reply));
    }
  }

  // Ends the connection. What the caller hears depends on whether a command may have been executed.
  absl::Status Break(const absl::Status& why) {
    broken_ = Annotate(why, where_);
    const bool unknown = sent_ && broken_.code() == absl::StatusCode::kUnavailable;
    const bool unsent = !sent_ && broken_.code() == absl::StatusCode::kDeadlineExceeded;
    if (unknown || unsent) {
      broken_ =
          MakeStatus(unknown ? absl::StatusCode::kDeadlineExceeded : absl::StatusCode::kUnavailable,
                     MessageOf(broken_));
    }
    return broken_;
  }

  const std::unique_ptr<Transport> transport_;
  const std::string where_;
  ReplyReader reader_;
  std::vector<char> buffer_;
  std::string out_;
  size_t written_ = 0;  // of out_
  bool sent_ = false;   // since the connection was last idle
  std::deque<Reply> ready_;
  size_t in_flight_ = 0;
  absl::Status broken_;
};

class SocketConnector : public RedisConnector {
 public:
  // Without `tls` plain.
  SocketConnector(RedisConnectorOptions options, std::unique_ptr<TlsContext> tls)
      : options_(std::move(options)), tls_(std::move(tls)) {}

  absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const RedisAddress& address,
                                                           absl::Duration timeout) override {
    ASSIGN_OR_RETURN(auto transport, ConnectSocket(address, timeout));
    if (tls_ != nullptr && address.unix_path.empty()) {
      auto secured = tls_->Connect(std::move(transport), address.host, timeout);
      if (!secured.ok()) {
        return Annotate(secured.status(), ToString(address));
      }
      transport = *std::move(secured);
    }
    auto connection =
        std::make_unique<SocketConnection>(std::move(transport), ToString(address), options_);
    if (options_.password.empty()) {
      return connection;
    }
    RedisCommand auth = {"AUTH"};
    if (!options_.user.empty()) {
      auth.push_back(options_.user);
    }
    auth.push_back(options_.password);
    const auto reply = connection->Call(auth, timeout);
    if (!reply.ok()) {
      return MakeStatus(absl::StatusCode::kUnavailable, MessageOf(reply.status()));
    }
    if (reply->IsError()) {
      return MakeStatus(absl::StatusCode::kPermissionDenied,
                        fmt::format("{}: {}", ToString(address), reply->text));
    }
    return connection;
  }

 private:
  const RedisConnectorOptions options_;
  const std::unique_ptr<TlsContext> tls_;
};

}  // namespace

absl::StatusOr<Reply> RedisConnection::Call(const RedisCommand& command, absl::Duration timeout) {
  ASSIGN_OR_RETURN(std::vector<Reply> replies, Pipeline({command}, timeout));
  return std::move(replies.front());
}

std::unique_ptr<RedisConnector> MakeSocketConnector(RedisConnectorOptions options) {
  return std::make_unique<SocketConnector>(std::move(options), nullptr);
}

absl::StatusOr<std::unique_ptr<RedisConnector>> MakeTlsConnector(RedisConnectorOptions options,
                                                                 const TlsFiles& files) {
  ASSIGN_OR_RETURN(auto tls, TlsContext::Make(files));
  return std::make_unique<SocketConnector>(std::move(options), std::move(tls));
}

}  // namespace redisop
