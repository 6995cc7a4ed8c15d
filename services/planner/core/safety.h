// The gates: which steps may not be taken now, and why. Every step of a plan passes here, on the
// snapshot as it will be when the steps before it are done.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SAFETY_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SAFETY_H_

#include <optional>
#include <string>

#include "common/model/cluster_spec.h"
#include "common/model/plan.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

struct Refusal {
  BlockedCode code = BlockedCode::kNone;
  std::string text;
};

// nullopt: the step is safe on this snapshot.
std::optional<Refusal> WhyNot(const StepKind& kind, const WorkingSnapshot& before,
                              const ClusterSpec& spec, const Policy& policy);

// True when more than half of the primaries with slots answer and have not failed: elections and
// agreement are possible.
bool HasQuorum(const WorkingSnapshot& snapshot);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SAFETY_H_
