// Running a plan on a snapshot in memory.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SIMULATE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SIMULATE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/model/plan.h"

namespace redisop {

// The snapshot when the first `steps_done` steps of the plan are done, in the plan's order. Steps
// that are done already are passed over. kFailedPrecondition names the first step that is not valid
// on the snapshot before it: the plan belongs to another snapshot; compute a new one.
// Requires: 0 <= steps_done <= number of steps.
absl::StatusOr<ClusterSnapshot> Simulate(const ClusterSnapshot& snapshot, const Plan& plan,
                                         size_t steps_done);

enum class StepStanding { kDone, kReady, kWaiting, kInvalid };

struct StepCheck {
  std::string step_id;
  StepStanding standing = StepStanding::kWaiting;
  std::string text;
};

// How each step stands against a newer snapshot: each is checked on the snapshot as the steps
// before it will leave it.
std::vector<StepCheck> CheckPlan(const ClusterSnapshot& snapshot, const Plan& plan);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SIMULATE_H_
