// What the bridge counts. Names after the prefix redis_operator_; see docs/reference/metrics.md.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_METRICS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_METRICS_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "common/model/plan.h"
#include "common/obs/metrics.h"

namespace redisop {

// Thread-safe.
class BridgeMetrics {
 public:
  // `metrics` must outlive it.
  explicit BridgeMetrics(Metrics& metrics);

  void PassTook(absl::Duration took) const;
  void StageTook(std::string_view stage, absl::Duration took) const;
  void StepEnded(const StepKind& kind, bool done) const;
  void PlanBlocked(BlockedCode code) const;
  void SlotsMigrated(int slots, uint64_t keys) const;
  void Leading(bool leader) const;
  void QueueLength(size_t length) const;
  void SlotsUncovered(const std::string& key, int slots) const;
  // The cluster is gone: its series end.
  void Drop(const std::string& key) const;

 private:
  Counter passes_;
  Histogram pass_seconds_;
  Histogram stage_seconds_;
  Counter steps_;
  Counter steps_failed_;
  Counter blocked_;
  Counter slots_migrated_;
  Counter keys_migrated_;
  Gauge leader_;
  Gauge queue_depth_;
  Gauge slots_uncovered_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_METRICS_H_
