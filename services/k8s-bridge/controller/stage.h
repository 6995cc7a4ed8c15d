// A stage of the pipeline: one thing that happens to a cluster in a pass.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_STAGE_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_STAGE_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace redisop {

struct Pass;

// How a pass goes on after a stage. Whatever a stage says, the last one (update_status) runs.
struct StageResult {
  enum class Kind { kContinue, kRequeueAfter, kStop };
  Kind kind = Kind::kContinue;
  absl::Duration after = absl::InfiniteDuration();
  std::string reason;  // CamelCase, for log and metrics

  // On to the next stage.
  static StageResult Continue() { return {}; }
  // The rest makes no sense now; come back after `after`.
  static StageResult RequeueAfter(absl::Duration after, std::string reason) {
    return {Kind::kRequeueAfter, after, std::move(reason)};
  }
  // The rest makes no sense until something changes.
  static StageResult Stop(std::string reason) {
    return {Kind::kStop, absl::InfiniteDuration(), std::move(reason)};
  }
};

// A stage reads and extends the pass; stages don't call each other, and none waits for a step to
// end.
struct Stage {
  std::string_view name;
  StageResult (*run)(Pass& pass);
};

StageResult LoadCluster(Pass& pass);
StageResult EnsureObjects(Pass& pass);
StageResult ObserveNodes(Pass& pass);
StageResult ComputePlan(Pass& pass);
StageResult AdmitPlan(Pass& pass);
StageResult ExecuteSteps(Pass& pass);
StageResult UpdateStatus(Pass& pass);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_STAGE_H_
