#include "services/planner/core/lost_node.h"

namespace redisop {

const Pod* MayBe(const WorkingSnapshot& snapshot, const Node& lost) {
  for (const auto& [id, node] : snapshot.nodes()) {
    const Pod* pod = snapshot.WaitingPod(id);
    if (pod != nullptr && !pod->host.empty() &&
        (lost.shard.empty() || pod->shard.empty() || lost.shard == pod->shard)) {
      return pod;
    }
  }
  return nullptr;
}

}  // namespace redisop
