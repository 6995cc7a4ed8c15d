// The server's side of a stream on which only the newest message counts: what could not be sent yet
// is replaced, so a slow reader costs one message of memory and sees the present, late.
//
// Thread-safe. Owns itself until gRPC is done with it; others hold weak pointers.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_RPC_LATEST_STREAM_H_
#define REDIS_OPERATOR_SERVICES_AGENT_RPC_LATEST_STREAM_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/support/server_callback.h"
#include "grpcpp/support/status.h"

namespace redisop {

// What can be ended without knowing the type of its messages.
class EndableStream {
 public:
  virtual ~EndableStream() = default;
  // Ends the stream after what was pushed. Further calls do nothing.
  virtual void End(const grpc::Status& status) = 0;
};

template <typename Message>
class LatestStream : public grpc::ServerWriteReactor<Message>, public EndableStream {
 public:
  static std::shared_ptr<LatestStream> Make() {
    auto stream = std::make_shared<LatestStream>();
    stream->self_ = stream;
    return stream;
  }

  // Sends `message`, instead of one that still waits. Nothing after End or when the reader is gone.
  void Push(Message message) {
    {
      absl::MutexLock lock(&mutex_);
      if (!end_) {
        next_ = std::move(message);
      }
    }
    Continue();
  }

  void End(const grpc::Status& status) override {
    {
      absl::MutexLock lock(&mutex_);
      if (!end_) {
        end_ = status;
      }
    }
    Continue();
  }

  // Lives as long as the stream: what feeds it.
  void Keep(std::shared_ptr<void> feeder) {
    absl::MutexLock lock(&mutex_);
    feeder_ = std::move(feeder);
  }

  void OnWriteDone(bool ok) override {
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      if (!ok) {
        next_.reset();
      }
    }
    ok ? Continue() : End(grpc::Status::CANCELLED);
  }

  void OnCancel() override { End(grpc::Status::CANCELLED); }

  void OnDone() override {
    const std::shared_ptr<LatestStream> last = std::move(self_);  // goes after the lock
    std::shared_ptr<void> feeder;
    absl::MutexLock lock(&mutex_);
    feeder.swap(feeder_);
  }

 private:
  // At most one write is under way; gRPC is called without the lock.
  void Continue() {
    std::optional<grpc::Status> finish;
    {
      absl::MutexLock lock(&mutex_);
      if (writing_ || finished_) {
        return;
      }
      if (next_) {
        current_ = *std::move(next_);
        next_.reset();
        writing_ = true;
      } else if (end_) {
        finished_ = true;
        finish = end_;
      } else {
        return;
      }
    }
    if (finish) {
      this->Finish(*finish);
    } else {
      this->StartWrite(&current_);
    }
  }

  absl::Mutex mutex_;
  Message current_;  // being written
  std::optional<Message> next_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<void> feeder_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<LatestStream> self_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_RPC_LATEST_STREAM_H_
