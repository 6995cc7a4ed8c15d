#include "services/planner/core/lost_node.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/model/plan.h"

namespace redisop {

const Pod* MayBe(const WorkingSnapshot& snapshot, const Node& lost) {
  for (const auto& [name, pod] : snapshot.waiting_pods()) {
    if (!pod.host.empty() && (lost.shard.empty() || pod.shard.empty() || lost.shard == pod.shard)) {
      return &pod;
    }
  }
  return nullptr;
}

std::string WhoMayReturn(const WorkingSnapshot& snapshot, const Shard& shard, const Node& primary) {
  if (!IsLost(primary)) {
    return fmt::format("its pod {} is there", primary.pod);
  }
  if (const Pod* pod = MayBe(snapshot, primary); pod != nullptr) {
    return fmt::format("pod {} is starting and may be it", pod->name);
  }
  if (!shard.replicas.empty()) {
    return fmt::format("{} may hold a copy", ShortId(shard.replicas.front()->id));
  }
  return std::string();
}

bool IsLossAccepted(const Policy& policy, const std::string& shard) {
  return policy.recreate_lost_shards ||
         std::find(policy.allow_data_loss.begin(), policy.allow_data_loss.end(), shard) !=
             policy.allow_data_loss.end();
}

}  // namespace redisop
