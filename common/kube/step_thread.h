// A thread for a state machine whose Step() does what is due and says how long it has nothing to
// do. Reflectors, the leader elector and the event recorder are such machines; a simulator calls
// their Step() itself.

#ifndef REDIS_OPERATOR_COMMON_KUBE_STEP_THREAD_H_
#define REDIS_OPERATOR_COMMON_KUBE_STEP_THREAD_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace redisop {

class StepThread {
 public:
  // `step` returns the time until it wants to be called again; it is never called twice at a time.
  explicit StepThread(std::function<absl::Duration()> step);
  ~StepThread();  // stops
  StepThread(const StepThread&) = delete;
  StepThread& operator=(const StepThread&) = delete;

  // Starts the thread, which calls `step` at once. At most once.
  void Start();

  // Waits for a running step to return; none starts afterwards.
  void Stop();

  // Calls `step` again now, or once more after the running call. Thread-safe, does not wait.
  void Wake();

 private:
  void Run();

  const std::function<absl::Duration()> step_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  bool wake_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_STEP_THREAD_H_
