#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "services/planner/core/checkers.h"
#include "services/planner/core/copy_goal.h"
#include "services/planner/core/move_replicas.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

// Replicas that copy a replica.
void AttachChained(Draft& draft, const Shape& shape) {
  for (const Shard& shard : shape.shards) {
    const NodeId& primary = shard.primary->id;
    for (const Node* node : shard.replicas) {
      if (Counts(draft.now(), *node) && node->primary_id != primary &&
          draft.goal.Keeps(shard.name)) {
        draft.Propose(AttachReplica{node->id, primary},
                      {FindingCode::kReplicaMisplaced,
                       fmt::format("it copies {}, the primary of shard {} is {}",
                                   ShortId(node->primary_id), shard.name, ShortId(primary))});
      }
    }
  }
}

// Those of the nodes that copy nobody yet, the ones to use first at the front. A pod that
// Kubernetes finds no place for comes last: somebody should copy the shard meanwhile.
std::vector<NodeId> InOrderOfUse(const Draft& draft, const Shape& shape, std::vector<NodeId> ids) {
  std::erase_if(ids, [&](const NodeId& id) {
    const Node* node = draft.now().Find(id);
    const Shard* shard = shape.ShardOf(node);
    return shard != nullptr &&
           std::find(shard->replicas.begin(), shard->replicas.end(), node) != shard->replicas.end();
  });
  const auto cost = [&](const NodeId& id) {
    const Node* node = draft.now().Find(id);
    return std::tuple(node->unobserved, IsStuck(draft.now(), *node), node->member);
  };
  std::stable_sort(ids.begin(), ids.end(),
                   [&](const NodeId& a, const NodeId& b) { return cost(a) < cost(b); });
  return ids;
}

bool Serves(const Draft& draft, const Shard& shard) {
  const Node& primary = *shard.primary;
  return Counts(draft.now(), primary) && !primary.unobserved && primary.health != Health::kFailed;
}

}  // namespace

void AttachReplicas(Draft& draft) {
  const Shape shape = draft.shape();
  AttachChained(draft, shape);
  const Shape placed = draft.shape();
  const CopyGoal goal = DecideFilling(draft.now(), placed, draft.goal, draft.spec);
  const int wanted = draft.spec.replication_factor;
  for (const Shard& shard : placed.shards) {
    const auto decided = goal.shards.find(shard.name);
    if (decided == goal.shards.end()) {
      continue;
    }
    int missing = wanted;
    for (const Node* node : shard.replicas) {
      missing -= Counts(draft.now(), *node) ? 1 : 0;
    }
    for (const NodeId& id : InOrderOfUse(draft, placed, decided->second.replicas)) {
      // One of the replicas is to be the primary when that one does not serve.
      if (missing-- > 0 || Serves(draft, shard)) {
        draft.Propose(
            AttachReplica{id, shard.primary->id},
            {FindingCode::kReplicaMissing, fmt::format("shard {} needs {} {}", shard.name, wanted,
                                                       wanted == 1 ? "replica" : "replicas")});
      }
    }
  }
  MoveReplicas(draft, goal, FindingCode::kReplicaMissing);
}

}  // namespace redisop
