#include "services/k8s-bridge/desired/object_metadata.h"

#include "nlohmann/json.hpp"

namespace redisop {

Labels CommonLabels(const RedisCluster& cluster, std::string_view component) {
  return {{"app.kubernetes.io/name", "redis-cluster"},
          {"app.kubernetes.io/instance", cluster.meta.name},
          {"app.kubernetes.io/part-of", cluster.meta.name},
          {"app.kubernetes.io/component", std::string(component)},
          {std::string(kManagedByLabel), std::string(kManager)},
          {std::string(kClusterLabel), cluster.meta.name}};
}

Labels SelectorLabels(const RedisCluster& cluster) {
  return {{std::string(kClusterLabel), cluster.meta.name},
          {std::string(kManagedByLabel), std::string(kManager)},
          {"app.kubernetes.io/component", "server"}};
}

nlohmann::json OwnedObject(const RedisCluster& cluster, const ResourceType& type,
                           std::string_view name, const Labels& labels) {
  return {{"apiVersion", type.ApiVersion()},
          {"kind", type.kind},
          {"metadata",
           {{"name", name},
            {"namespace", cluster.meta.namespace_name},
            {"labels", labels},
            {"ownerReferences",
             {{{"apiVersion", kRedisClusters.ApiVersion()},
               {"kind", kRedisClusters.kind},
               {"name", cluster.meta.name},
               {"uid", cluster.meta.uid},
               {"controller", true},
               {"blockOwnerDeletion", true}}}}}}};
}

}  // namespace redisop
