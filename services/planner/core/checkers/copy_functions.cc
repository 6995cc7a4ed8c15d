#include <fmt/format.h>

#include "services/planner/core/checkers.h"

namespace redisop {

void CopyFunctionsToNew(Draft& draft) {
  const Shape shape = draft.shape();
  const std::set<NodeId> lacking = draft.now().lacking_functions();
  // Whoever serves slots and isn't lacking has them. A primary the plan creates lacks them when
  // others do not: nobody is named only when no primary has any.
  NodeId source;
  for (const Shard& shard : shape.shards) {
    const Node* primary = shard.primary;
    if (!primary->slots.empty() && !primary->unobserved && primary->health != Health::kFailed &&
        !lacking.contains(primary->id)) {
      source = primary->id;
      break;
    }
  }
  for (const NodeId& target : lacking) {
    const Node* node = draft.now().Find(target);
    const Shard* shard = shape.ShardOf(node);
    // Whoever is to be a replica gets them from its primary.
    if (shard == nullptr || shard->primary != node || node->role != Role::kPrimary ||
        source.empty()) {
      continue;
    }
    draft.Propose(CopyFunctions{source, target},
                  {FindingCode::kFunctionsMissing,
                   fmt::format("{} lacks the functions of {}", ShortId(target), ShortId(source))});
  }
}

}  // namespace redisop
