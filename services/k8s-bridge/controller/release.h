// The end of a deleted RedisCluster.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_RELEASE_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_RELEASE_H_

#include "services/k8s-bridge/controller/pass.h"

namespace redisop {

// Takes the finalizer off once no step runs at an agent any more, at the latest 20 s after the
// deletion was noticed: a broken cluster can be deleted too. The rest is the garbage collector's:
// it deletes what the RedisCluster owns, or, with --cascade=orphan, leaves the pods running. Volume
// claims are owned only with retention Delete.
void ReleaseWhenQuiet(Pass& pass);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_RELEASE_H_
