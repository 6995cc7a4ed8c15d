// When a container that ended is started again: at once the first time, then after 10 s doubling to
// 5 min; ten minutes of running make it forget (kubelet's rule). A value; no clock of its own.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_RESTART_BACKOFF_H_
#define REDIS_OPERATOR_SANDBOX_NODE_RESTART_BACKOFF_H_

#include "absl/time/time.h"

namespace redisop {

class RestartBackoff {
 public:
  // How long to wait after a run that took `ran`. Zero: start now.
  absl::Duration AfterExit(absl::Duration ran);

 private:
  absl::Duration next_ = absl::ZeroDuration();
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_RESTART_BACKOFF_H_
