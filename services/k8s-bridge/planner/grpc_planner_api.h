// PlannerApi over gRPC. Calls that a planner could not take are sent again within the deadline: the
// planner keeps no state, so repeating does no harm.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_PLANNER_GRPC_PLANNER_API_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_PLANNER_GRPC_PLANNER_API_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/rpc/transport_security.h"
#include "services/k8s-bridge/planner/planner_api.h"

namespace redisop {

// `target` as in MakeChannel; fails as MakeChannel does.
absl::StatusOr<std::unique_ptr<PlannerApi>> MakeGrpcPlannerApi(const std::string& target,
                                                               const TransportSecurity& security);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_PLANNER_GRPC_PLANNER_API_H_
