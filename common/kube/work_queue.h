// Queue of keys to work on, after client-go's workqueue: a key waits at most once, is never given
// to two workers at a time, and a key added while it is worked on comes again after Done. Delayed
// adding, and a back-off per key.
//
//   while (auto key = queue.Get()) {
//     absl::Status status = Reconcile(*key);
//     status.ok() ? queue.Forget(*key) : queue.AddRateLimited(*key);
//     queue.Done(*key);
//   }
//
// Thread-safe. A simulator drives it without threads by TryGet and NextDue.

#ifndef REDIS_OPERATOR_COMMON_KUBE_WORK_QUEUE_H_
#define REDIS_OPERATOR_COMMON_KUBE_WORK_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace redisop {

struct WorkQueueOptions {
  absl::Duration backoff_base = absl::Milliseconds(5);  // doubles with each AddRateLimited of a key
  absl::Duration backoff_max = absl::Seconds(60);
};

// Keys of lower priority are handed out only when no normal one waits: a restart's flood of first
// listings must not hold up a real change.
enum class WorkPriority { kNormal, kBackground };

class WorkQueue {
 public:
  // `clock` must outlive the queue. Blocking Get needs a clock that runs by itself.
  explicit WorkQueue(const Clock& clock, WorkQueueOptions options = {});
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // After ShutDown these do nothing. A waiting background key added as normal becomes normal.
  void Add(std::string_view key, WorkPriority priority = WorkPriority::kNormal);
  // The earlier of two delayed adds of a key wins. delay <= 0 is Add.
  void AddAfter(std::string_view key, absl::Duration delay);
  // Adds after the key's back-off, and doubles that.
  void AddRateLimited(std::string_view key);

  // The key's back-off starts from the base again. Call it after success.
  void Forget(std::string_view key);
  // How often AddRateLimited was called since the last Forget.
  int Failures(std::string_view key) const;

  // The next key; waits for one. nullopt: shut down and nothing left. Pair each with Done.
  std::optional<std::string> Get();
  // The same without waiting: nullopt also when nothing is ready now.
  std::optional<std::string> TryGet();
  void Done(std::string_view key);

  // Until the next delayed key is due; zero when a key is ready; infinite when nothing waits.
  absl::Duration NextDue() const;

  // Keys ready to be handed out, without the delayed ones. For metrics.
  size_t Length() const;

  // Delayed keys are dropped, waiting ones are still handed out, then Get returns nullopt.
  void ShutDown();

 private:
  void AddLocked(std::string_view key, WorkPriority priority) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PromoteDueLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<std::string> TakeLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration NextDueLocked() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  const WorkQueueOptions options_;
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<std::string> normal_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> background_ ABSL_GUARDED_BY(mutex_);
  // Keys that wait or must run again after Done, with their priority.
  std::unordered_map<std::string, WorkPriority> dirty_ ABSL_GUARDED_BY(mutex_);
  std::unordered_set<std::string> processing_ ABSL_GUARDED_BY(mutex_);
  std::multimap<absl::Duration, std::string> delayed_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, absl::Duration> delayed_until_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, int> failures_ ABSL_GUARDED_BY(mutex_);
  bool shut_down_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_WORK_QUEUE_H_
