#include <fmt/format.h>

#include <algorithm>

#include "services/planner/core/checkers.h"
#include "services/planner/core/lost_node.h"

namespace redisop {

void ForgetNodes(Draft& draft) {
  const Shape shape = draft.shape();
  NodeList lost = shape.lost;
  for (const Shard& shard : shape.shards) {
    lost.insert(lost.end(), shard.lost_replicas.begin(), shard.lost_replicas.end());
  }
  std::sort(lost.begin(), lost.end(), [](const Node* a, const Node* b) { return a->id < b->id; });
  for (const Node* node : lost) {
    if (const Pod* pod = MayBe(draft.now(), *node); pod != nullptr) {
      draft.Block(
          BlockedCode::kMustWait,
          fmt::format("pod {} is starting and may turn out to be {}", pod->name, ShortId(node->id)),
          FindingCode::kNodeLost);
      continue;
    }
    draft.Propose(ForgetNode{node->id}, {FindingCode::kNodeLost,
                                         "it failed, no pod stands behind it, and its duties "
                                         "have passed to others"});
  }
}

}  // namespace redisop
