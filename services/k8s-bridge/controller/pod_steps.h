// Steps that the bridge carries out itself: pods come and go.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_POD_STEPS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_POD_STEPS_H_

#include "absl/status/status.h"
#include "services/k8s-bridge/controller/pass.h"

namespace redisop {

// CreatePod: applies the volume claim, then POSTs the pod; the name is the guard against creating
// twice. DeletePod: reads the pod live and deletes exactly the one with the UID of the step. Both
// have begun when this returns OK. kFailedPrecondition: another pod has the name.
absl::Status RunPodStep(Pass& pass, const StepKind& kind);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_POD_STEPS_H_
