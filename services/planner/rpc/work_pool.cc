#include "services/planner/rpc/work_pool.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/status.h"

namespace redisop {

WorkPool::WorkPool(const Limits& limits) : limits_(limits) {
  for (int i = 0; i < limits.threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

WorkPool::~WorkPool() {
  {
    const absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

absl::Status WorkPool::Add(size_t bytes, std::function<void()> work) {
  const absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= limits_.waiting_max ||
      waiting_bytes_ + bytes > limits_.waiting_bytes_max) {
    return MakeStatus(absl::StatusCode::kResourceExhausted,
                      fmt::format("{} requests of {} MiB wait already; try again in some seconds, "
                                  "or run more planners",
                                  waiting_.size(), waiting_bytes_ >> 20));
  }
  waiting_bytes_ += bytes;
  waiting_.push_back({bytes, std::move(work)});
  return absl::OkStatus();
}

void WorkPool::Run() {
  for (;;) {
    Waiting next;
    {
      const absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &WorkPool::HasNews));
      if (waiting_.empty()) {
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_bytes_ -= next.bytes;
    }
    next.work();
  }
}

}  // namespace redisop
