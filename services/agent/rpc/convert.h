// Between redisoperator.agent.v1 and the agent's values. Pure; any thread.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_RPC_CONVERT_H_
#define REDIS_OPERATOR_SERVICES_AGENT_RPC_CONVERT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "redisoperator/agent/v1/agent_service.pb.h"
#include "services/agent/execute/step_registry.h"
#include "services/agent/observe/observation.h"

namespace redisop {

redisoperator::agent::v1::StepState ToProto(const StepState& state);

// `now` is Clock::Monotonic(), for the age of the reading.
redisoperator::agent::v1::Observation ToProto(const Observation& observation,
                                              const std::vector<StepState>& steps,
                                              absl::Duration now);

Fence FromProto(const redisoperator::agent::v1::Fence& fence);

// kInvalidArgument names the field: no or too long a step_id, a step that makes no sense or isn't
// for agents, an address that can't be read, a timeout outside 0…86400 s.
absl::StatusOr<StepRequest> FromProto(const redisoperator::agent::v1::StartStepRequest& request);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_RPC_CONVERT_H_
