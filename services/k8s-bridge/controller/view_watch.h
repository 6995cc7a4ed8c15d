// How a quiet cluster is noticed to change: one stream to one agent.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_VIEW_WATCH_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_VIEW_WATCH_H_

#include "services/k8s-bridge/controller/pass.h"

namespace redisop {

// Keeps one WatchNode stream open: that node sees the whole cluster by gossip. Another view than
// this pass saw, or the end of the stream, wakes the cluster; after an end the next agent is asked.
void WatchOneView(Pass& pass);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_VIEW_WATCH_H_
