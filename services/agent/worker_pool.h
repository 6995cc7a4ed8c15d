// Threads for work that blocks, now or after a delay. Threads are started when needed, up to a
// limit; what finds none free waits in a bounded queue.
//
// Thread-safe.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_WORKER_POOL_H_
#define REDIS_OPERATOR_SERVICES_AGENT_WORKER_POOL_H_

#include <cstddef>
#include <functional>
#include <map>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace redisop {

class WorkerPool {
 public:
  WorkerPool(size_t threads_max, size_t queue_max)
      : threads_max_(threads_max), queue_max_(queue_max) {}
  // Stops if Stop wasn't called.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Runs `work` on one of the threads. kUnavailable: the queue is full, or the pool stops; `work`
  // will not run.
  absl::Status Post(std::function<void()> work);

  // The same, not before `delay` has passed.
  absl::Status PostAfter(absl::Duration delay, std::function<void()> work);

  // Drops what waits, lets what runs end, and returns then. Requires: not called by the pool's own
  // work.
  void Stop();

 private:
  void Run();

  const size_t threads_max_;
  const size_t queue_max_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  std::multimap<absl::Time, std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_WORKER_POOL_H_
