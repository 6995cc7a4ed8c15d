// What the status is computed from, taken from a pass. Pure.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_SITUATION_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_SITUATION_H_

#include "services/k8s-bridge/controller/cluster_board.h"
#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/status/conditions.h"

namespace redisop {

Situation SituationOf(const Pass& pass);

// For those who only look.
ClusterReport ReportOf(const Pass& pass, const std::vector<Condition>& conditions);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_SITUATION_H_
