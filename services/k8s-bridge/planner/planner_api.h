// The seam to the planner.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_PLANNER_PLANNER_API_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_PLANNER_PLANNER_API_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/model/cluster_snapshot.h"
#include "common/model/cluster_spec.h"
#include "common/model/plan.h"

namespace redisop {

struct PlannerAnswer {
  Plan plan;
  std::string text;  // the plan for a terminal
};

// Thread-safe.
class PlannerApi {
 public:
  virtual ~PlannerApi() = default;

  // The plan that brings `snapshot` to `spec`. kUnavailable and kDeadlineExceeded: try again later.
  // kInvalidArgument: the planner refuses the snapshot or the answer makes no sense; retrying does
  // not help.
  virtual absl::StatusOr<PlannerAnswer> ComputePlan(const ClusterSpec& spec,
                                                    const ClusterSnapshot& snapshot,
                                                    const Policy& policy,
                                                    absl::Duration timeout) = 0;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_PLANNER_PLANNER_API_H_
