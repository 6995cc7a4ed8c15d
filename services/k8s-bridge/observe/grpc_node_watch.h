// One WatchNode stream.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_GRPC_NODE_WATCH_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_GRPC_NODE_WATCH_H_

#include <functional>
#include <memory>
#include <string>

#include "redisoperator/agent/v1/agent_service.grpc.pb.h"
#include "services/k8s-bridge/observe/agent_api.h"

namespace redisop {

// See AgentApi::WatchNode. A dead connection is noticed by the channel.s keepalive.
std::unique_ptr<NodeWatch> StartGrpcNodeWatch(
    std::shared_ptr<redisoperator::agent::v1::AgentService::Stub> stub, const std::string& pod_uid,
    absl::Duration heartbeat, std::function<void(const std::string&)> changed,
    std::function<void(absl::Status)> ended);

// A watch that never ran: `ended` has been called with `status`.
std::unique_ptr<NodeWatch> FailedNodeWatch(const absl::Status& status,
                                           std::function<void(absl::Status)> ended);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_GRPC_NODE_WATCH_H_
