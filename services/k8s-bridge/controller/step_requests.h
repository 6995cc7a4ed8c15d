// What an agent is told when it is to carry out a step. Pure.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_STEP_REQUESTS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_STEP_REQUESTS_H_

#include "services/k8s-bridge/controller/pass.h"

namespace redisop {

// The request for one target of an admitted step, with all that the agent compares: token, UIDs,
// node id and, where a step depends on the node's own state, that state's digest.
StartRequest MakeStartRequest(const Pass& pass, const AdmittedStep& step, const StepTarget& target,
                              int64_t token);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_STEP_REQUESTS_H_
