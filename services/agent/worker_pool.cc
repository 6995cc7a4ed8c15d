#include "services/agent/worker_pool.h"

#include <utility>

#include "absl/time/clock.h"
#include "common/base/status.h"

namespace redisop {

WorkerPool::~WorkerPool() { Stop(); }

absl::Status WorkerPool::Post(std::function<void()> work) {
  return PostAfter(absl::ZeroDuration(), std::move(work));
}

absl::Status WorkerPool::PostAfter(absl::Duration delay, std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  if (stopping_ || queue_.size() >= queue_max_) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      stopping_ ? "the agent ends" : "too much work waits");
  }
  queue_.emplace(absl::Now() + delay, std::move(work));
  // One thread more than what is under way, so that delayed work doesn't hold up other work.
  if (idle_ < queue_.size() && threads_.size() < threads_max_) {
    threads_.emplace_back([this] { Run(); });
  }
  changed_.Signal();
  return absl::OkStatus();
}

void WorkerPool::Stop() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    queue_.clear();
    threads.swap(threads_);
    changed_.SignalAll();
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

void WorkerPool::Run() {
  absl::MutexLock lock(&mutex_);
  while (!stopping_) {
    if (queue_.empty() || queue_.begin()->first > absl::Now()) {
      ++idle_;
      if (queue_.empty()) {
        changed_.Wait(&mutex_);
      } else {
        changed_.WaitWithDeadline(&mutex_, queue_.begin()->first);
      }
      --idle_;
      continue;
    }
    std::function<void()> work = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    mutex_.Unlock();
    work();
    work = nullptr;  // what it captured is destroyed outside the lock
    mutex_.Lock();
  }
}

}  // namespace redisop
