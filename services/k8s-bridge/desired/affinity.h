// Where the scheduler may put a member: copies of one shard apart by host and zone.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_AFFINITY_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_AFFINITY_H_

#include "common/model/plan.h"
#include "nlohmann/json_fwd.hpp"
#include "services/k8s-bridge/api/redis_cluster.h"

namespace redisop {

// Appends to pod spec `spec`: anti-affinity within the shard, required or preferred as
// spec.placement says; a weaker wish to spread the whole cluster; and a preference for the zone
// that the plan chose. When the plan rules hosts out, they are, and the zone is required.
void AddAffinity(const RedisCluster& cluster, const CreatePod& member, nlohmann::json& spec);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_AFFINITY_H_
