#include <fmt/format.h>

#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/desired.h"
#include "services/k8s-bridge/desired/object_metadata.h"

namespace redisop {

std::vector<DesiredObject> DisruptionBudgets(const RedisCluster& cluster,
                                             const std::map<std::string, int>& members) {
  std::vector<DesiredObject> budgets;
  for (const auto& [shard, count] : members) {
    if (count < 2) {
      continue;
    }
    const std::string name = fmt::format("{}-{}", cluster.meta.name, shard);
    Labels labels = CommonLabels(cluster, "disruption-budget");
    labels[std::string(kShardLabel)] = shard;
    Labels selector = SelectorLabels(cluster);
    selector[std::string(kShardLabel)] = shard;
    nlohmann::json budget = OwnedObject(cluster, kPodDisruptionBudgets, name, labels);
    // An integer minAvailable: everything else needs a scale subresource on the pods' controller.
    budget["spec"] = {{"minAvailable", count - 1},
                      {"unhealthyPodEvictionPolicy", "AlwaysAllow"},
                      {"selector", {{"matchLabels", selector}}}};
    budgets.push_back({kPodDisruptionBudgets, name, budget.dump()});
  }
  return budgets;
}

}  // namespace redisop
