// The containers of a member: `redis` as the user described it with the launcher as its command,
// the sidecar `agent`, and the init container that brings the launcher.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_POD_CONTAINERS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_POD_CONTAINERS_H_

#include "nlohmann/json_fwd.hpp"
#include "services/k8s-bridge/desired/desired.h"

namespace redisop {

// Completes the containers of pod spec `spec`. Probes, preStop and resources that the user gave to
// the container `redis` stay as they are; its command is always the launcher, which guards the
// identity of the data.
void AddContainers(const RedisCluster& cluster, const CreatePod& member, const PodParts& parts,
                   nlohmann::json& spec);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_POD_CONTAINERS_H_
