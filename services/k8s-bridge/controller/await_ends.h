// Being woken when steps end.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_AWAIT_ENDS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_AWAIT_ENDS_H_

#include "services/k8s-bridge/controller/pass.h"

namespace redisop {

// Asks the agents of all running steps, whoever started them, to tell when they end; reads their
// progress once a second meanwhile. Does not wait.
void AwaitEnds(Pass& pass);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_AWAIT_ENDS_H_
