#include <fmt/format.h>

#include "services/planner/core/checkers.h"
#include "services/planner/core/remove_node.h"

namespace redisop {

void RemoveShards(Draft& draft) {
  const Shape shape = draft.shape();
  for (const Shard& shard : shape.shards) {
    const Node* primary = draft.now().Find(shard.primary);
    // With slots it was not drained: what kept them is blocked already.
    if (draft.goal.Keeps(shard.name) || primary == nullptr || !primary->slots.empty()) {
      continue;
    }
    const std::string because = fmt::format("{} shards are wished for, shard {} is drained",
                                            draft.spec.number_of_primaries, shard.name);
    bool removed = true;
    for (const auto* ids : {&shard.joining, &shard.replicas}) {
      for (const NodeId& id : *ids) {
        removed = RemoveNode(draft, id, {FindingCode::kShardSurplus, because}) && removed;
      }
    }
    if (removed) {
      RemoveNode(draft, shard.primary, {FindingCode::kShardSurplus, because});
    }
  }
}

}  // namespace redisop
