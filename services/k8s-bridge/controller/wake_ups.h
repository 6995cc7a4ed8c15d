// Why a cluster is to be looked at again: steps whose end is awaited, and the view that is watched.
// Callbacks of connections share it with the passes, and may outlive the cluster. Thread-safe.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_WAKE_UPS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_WAKE_UPS_H_

#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace redisop {

class WakeUps {
 public:
  // True: nobody waits for the end of this step yet; the caller shall ask its agent.
  bool Await(const std::string& step_id) {
    absl::MutexLock lock(&mutex_);
    return steps_.insert(step_id).second;
  }
  void Ended(const std::string& step_id) {
    absl::MutexLock lock(&mutex_);
    steps_.erase(step_id);
  }

  // What a pass saw, of the watched node. While `busy` steps change the view all the time, and
  // their ends wake the cluster anyway.
  void Saw(const std::string& view_digest, bool busy) {
    absl::MutexLock lock(&mutex_);
    view_digest_ = view_digest;
    busy_ = busy;
  }
  // True: this view is news.
  bool IsNews(const std::string& view_digest) {
    absl::MutexLock lock(&mutex_);
    return !busy_ && view_digest != view_digest_;
  }

  // The stream broke: another agent is to be watched.
  void WatchEnded() {
    absl::MutexLock lock(&mutex_);
    watch_ended_ = true;
  }
  bool TakeWatchEnded() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(watch_ended_, false);
  }

 private:
  absl::Mutex mutex_;
  std::set<std::string> steps_ ABSL_GUARDED_BY(mutex_);
  std::string view_digest_ ABSL_GUARDED_BY(mutex_);
  bool busy_ ABSL_GUARDED_BY(mutex_) = false;
  bool watch_ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_WAKE_UPS_H_
