// The label redisoperator.io/role of the pods.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_ROLE_LABELS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_ROLE_LABELS_H_

#include "services/k8s-bridge/controller/pass.h"

namespace redisop {

// Patches the pods whose label differs from the observed role. Who asks Kubernetes for the
// primaries gets them by label.
void LabelRoles(Pass& pass);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_ROLE_LABELS_H_
