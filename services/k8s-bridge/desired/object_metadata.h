// Labels and metadata that all objects of a cluster share. Selectors use the redisoperator.io keys
// only: they never change, whatever labels a user adds.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_OBJECT_METADATA_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_OBJECT_METADATA_H_

#include <map>
#include <string>
#include <string_view>

#include "nlohmann/json_fwd.hpp"
#include "services/k8s-bridge/api/redis_cluster.h"

namespace redisop {

inline constexpr std::string_view kClusterLabel = "redisoperator.io/cluster";
inline constexpr std::string_view kShardLabel = "redisoperator.io/shard";
inline constexpr std::string_view kMemberLabel = "redisoperator.io/member";
inline constexpr std::string_view kRoleLabel = "redisoperator.io/role";
inline constexpr std::string_view kManagedByLabel = "app.kubernetes.io/managed-by";
inline constexpr std::string_view kManager = "redis-operator";

using Labels = std::map<std::string, std::string>;

// The labels of every owned object; `component` is "server", "service", "configuration",
// "disruption-budget" or "volume".
Labels CommonLabels(const RedisCluster& cluster, std::string_view component);
// What selects the pods of a cluster.
Labels SelectorLabels(const RedisCluster& cluster);

// The start of an object: apiVersion, kind and metadata with name, namespace, labels and the
// RedisCluster as controlling owner.
nlohmann::json OwnedObject(const RedisCluster& cluster, const ResourceType& type,
                           std::string_view name, const Labels& labels);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_OBJECT_METADATA_H_
