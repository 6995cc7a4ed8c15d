// Messages of redisoperator.agent.v1 from and to the plain values of agent_api.h. Pure.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_WIRE_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_WIRE_H_

#include "absl/status/statusor.h"
#include "services/k8s-bridge/observe/agent_api.h"

namespace redisoperator::agent::v1 {
class CancelStepRequest;
class Observation;
class StartStepRequest;
class StepState;
}  // namespace redisoperator::agent::v1

namespace redisop {

// kInvalidArgument names the field: an agent of another version, or a broken one. Its node then
// counts as unobserved.
absl::StatusOr<NodeObservation> FromProto(const redisoperator::agent::v1::Observation& observation);
AgentStep FromProto(const redisoperator::agent::v1::StepState& state);

// For BridgeService, which passes on what the agent said.
redisoperator::agent::v1::StepState ToProto(const AgentStep& step);
redisoperator::agent::v1::StartStepRequest ToProto(const StartRequest& request);
redisoperator::agent::v1::CancelStepRequest ToProto(const CancelRequest& request);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_WIRE_H_
