// A few threads that do work in the order in which it arrived, and a limit to what may wait: so
// many callers at a time cost patience, not memory.
//
// Thread-safe.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_RPC_WORK_POOL_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_RPC_WORK_POOL_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace redisop {

class WorkPool {
 public:
  struct Limits {
    int threads = 2;
    // Of what waits for a thread.
    size_t waiting_max = 1000;
    size_t waiting_bytes_max = size_t{192} << 20;
  };
  explicit WorkPool(const Limits& limits);

  // Waits until everything that was added is done.
  ~WorkPool();
  WorkPool(const WorkPool&) = delete;
  WorkPool& operator=(const WorkPool&) = delete;

  // Has `work` done by one of the threads; it keeps `bytes` of memory until then. Does not block.
  // kResourceExhausted, with advice for the caller: too much waits already, and `work` is dropped.
  absl::Status Add(size_t bytes, std::function<void()> work);

 private:
  struct Waiting {
    size_t bytes;
    std::function<void()> work;
  };
  void Run();
  bool HasNews() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return ending_ || !waiting_.empty(); }

  const Limits limits_;
  absl::Mutex mutex_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_RPC_WORK_POOL_H_
