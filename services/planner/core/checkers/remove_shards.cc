#include <fmt/format.h>

#include "services/planner/core/checkers.h"
#include "services/planner/core/remove_node.h"

namespace redisop {

void RemoveShards(Draft& draft) {
  const Shape shape = draft.shape();
  for (const Shard& shard : shape.shards) {
    // With slots it was not drained: what kept them is blocked already.
    if (draft.goal.Keeps(shard.name) || !shard.primary->slots.empty()) {
      continue;
    }
    const std::string because = fmt::format("{} shards are wished for, shard {} is drained",
                                            draft.spec.number_of_primaries, shard.name);
    bool removed = true;
    for (const NodeList* nodes : {&shard.joining, &shard.replicas}) {
      for (const Node* node : *nodes) {
        removed = RemoveNode(draft, node->id, {FindingCode::kShardSurplus, because}) && removed;
      }
    }
    if (removed) {
      RemoveNode(draft, shard.primary->id, {FindingCode::kShardSurplus, because});
    }
  }
}

}  // namespace redisop
