// How long steps take, from the rates in the policy and from measurements of the parts.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_ESTIMATE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_ESTIMATE_H_

#include "common/model/cluster_spec.h"
#include "common/model/plan.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

// What the step moves, counted on the snapshot before it.
StepSize SizeOf(const StepKind& kind, const WorkingSnapshot& before);

// Seconds, above 0.
double SecondsFor(const StepKind& kind, const StepSize& size, const Policy& policy);

// Seconds until the last step ends when each starts as soon as those it waits for have ended.
double MakespanOf(const std::vector<Step>& steps);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_ESTIMATE_H_
