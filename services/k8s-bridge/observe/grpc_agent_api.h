// AgentApi over gRPC: asynchronous calls, one channel per agent.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_GRPC_AGENT_API_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_GRPC_AGENT_API_H_

#include <memory>

#include "common/base/clock.h"
#include "common/rpc/transport_security.h"
#include "services/k8s-bridge/observe/agent_api.h"

namespace redisop {

// `clock` must outlive the api; it decides when an unused channel is closed. Nothing is connected
// before the first call. Destruction cancels what runs and waits for its callbacks; watches must be
// gone by then.
std::unique_ptr<AgentApi> MakeGrpcAgentApi(const TransportSecurity& security, const Clock& clock);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_GRPC_AGENT_API_H_
