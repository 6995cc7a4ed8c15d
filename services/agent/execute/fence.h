// What a caller must prove before anything is done: it leads, it means this cluster, this pod, this
// node, in this state. Leases don't fence; this does. Pure functions; the only place that compares.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_FENCE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_FENCE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "services/agent/execute/step_action.h"
#include "services/agent/instances/instance.h"
#include "services/agent/observe/observation.h"

namespace redisop {

// TOKEN_TOO_OLD when a caller with a higher token was here; OTHER_CLUSTER when the pod belongs to
// another cluster; kInvalidArgument names a field that is missing.
absl::Status CheckCaller(const Fence& fence, const Instance& instance, uint64_t highest_token);

// NODE_CHANGED when another node answers than the one expected, or than the one whose step it is;
// STATE_CHANGED when the node is not in the state that the step was admitted on; REDIS_ERROR when
// it doesn't answer.
absl::Status CheckNode(const Fence& fence, const Step& step, const Observation& observation);

// The id of the node whose agent carries out the step; empty for kinds that several nodes carry
// out.
NodeId ExecutingNode(const StepKind& kind);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_FENCE_H_
