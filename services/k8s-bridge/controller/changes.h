// Events for what changed since the last pass and is nobody's step: readiness, failures, new
// primaries.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CHANGES_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CHANGES_H_

#include <vector>

#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/status/conditions.h"

namespace redisop {

// One event per change, never per pass.
void TellChanges(Pass& pass, const std::vector<Condition>& before,
                 const std::vector<Condition>& after);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CHANGES_H_
