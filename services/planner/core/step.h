// What each kind of step means: when it is done, whether it may still be done, and what it changes.
// Plans are simulated, resumed and checked with these three, and with nothing else.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_STEP_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_STEP_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/model/plan.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

// True when the effect can be seen in the snapshot.
bool IsDone(const StepKind& kind, const WorkingSnapshot& snapshot);

// OK when the step may start now, as far as the snapshot shows. kUnavailable: a node or pod that it
// needs is not there yet, wait. kFailedPrecondition: it must not be done any more; the message says
// why; plan again.
absl::Status StillValid(const StepKind& kind, const WorkingSnapshot& snapshot);

// Changes the snapshot to how it looks when the step is done. Parts that are done already are left
// alone. Requires: StillValid, or IsDone.
void Apply(const StepKind& kind, WorkingSnapshot& snapshot);

// The nodes that the step names, as it names them. Valid as long as `kind`.
std::vector<std::string_view> NodesOf(const StepKind& kind);

// What must hold before it may start, one line each, and what holds when it is done.
std::vector<std::string> PreconditionsOf(const StepKind& kind);
std::string EffectOf(const StepKind& kind);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_STEP_H_
