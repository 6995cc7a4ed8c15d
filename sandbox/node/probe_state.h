// The schedule and the verdict of one probe, without the probing: pure, driven with times.
//
// kubelet's rules, with one difference: until the first success a startup or readiness probe is
// asked every 150 ms (never more often than that after initialDelaySeconds), so that a pod is Ready
// soon after it is; failures in that time count once per period, so a failure threshold means the
// same time as on a kubelet.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_PROBE_STATE_H_
#define REDIS_OPERATOR_SANDBOX_NODE_PROBE_STATE_H_

#include "absl/time/time.h"

namespace redisop {

enum class ProbeKind { kStartup, kReadiness, kLiveness };

struct ProbeSettings {
  absl::Duration initial_delay = absl::ZeroDuration();
  absl::Duration period = absl::Seconds(10);
  absl::Duration timeout = absl::Seconds(1);
  int success_threshold = 1;
  int failure_threshold = 3;
};

class ProbeState {
 public:
  // `now`: when the container started. All times are of one monotonic clock.
  ProbeState(ProbeKind kind, const ProbeSettings& settings, absl::Duration now);

  // When the next probe is due.
  absl::Duration due() const { return due_; }

  // Takes the result of a probe that ended at `now`.
  void Record(bool success, absl::Duration now);

  // The thresholds were met: a liveness probe starts with true, the others with false.
  bool IsPassing() const { return is_passing_; }
  // The failure threshold was met: a startup or liveness probe then ends the container.
  bool HasFailed() const { return has_failed_; }

 private:
  ProbeKind kind_;
  ProbeSettings settings_;
  absl::Duration due_;
  absl::Duration failure_counted_;
  bool is_passing_;
  bool has_failed_ = false;
  bool had_success_ = false;
  int successes_ = 0;
  int failures_ = 0;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_PROBE_STATE_H_
