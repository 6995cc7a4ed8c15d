#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "services/planner/core/checkers.h"
#include "services/planner/core/remove_node.h"

namespace redisop {
namespace {

std::map<std::string, int> ReplicasPerZone(Draft& draft) {
  std::map<std::string, int> count;
  for (const Shard& shard : draft.shape().shards) {
    for (const NodeId& id : shard.replicas) {
      ++count[draft.now().Find(id)->zone];
    }
  }
  return count;
}

// Who goes first: whoever is on its way out already, is of little use, or stands next to the
// primary; then from the zone with most replicas; then the highest member.
NodeId NextToGo(Draft& draft, const Shard& shard, const std::vector<NodeId>& candidates) {
  std::map<std::string, int> per_zone = ReplicasPerZone(draft);
  const Node* primary = draft.now().Find(shard.primary);
  const auto worth = [&](const NodeId& id) {
    const Node* node = draft.now().Find(id);
    const bool copies = node->role == Role::kReplica;
    return std::tuple(!draft.now().IsForgotten(id), copies,
                      copies && node->link == Link::kInSync && !node->unobserved,
                      node->host.empty() || node->host != primary->host,
                      node->zone.empty() || node->zone != primary->zone, -per_zone[node->zone],
                      -node->member);
  };
  return *std::min_element(candidates.begin(), candidates.end(),
                           [&](const NodeId& a, const NodeId& b) {
                             return std::tuple(worth(a), b) < std::tuple(worth(b), a);
                           });
}

bool StaysInSync(const Draft& draft, const std::vector<NodeId>& candidates, const NodeId& leaving) {
  return std::any_of(candidates.begin(), candidates.end(), [&](const NodeId& id) {
    const Node* node = draft.now().Find(id);
    return id != leaving && node->role == Role::kReplica && node->link == Link::kInSync &&
           !node->unobserved;
  });
}

void RemoveSurplus(Draft& draft, const Shard& shard) {
  const int wanted = draft.spec.replication_factor;
  if (static_cast<int>(shard.replicas.size() + shard.joining.size()) <= wanted) {
    return;
  }
  std::vector<NodeId> candidates;
  for (const auto* ids : {&shard.replicas, &shard.joining}) {
    for (const NodeId& id : *ids) {
      if (!draft.now().Find(id)->leaving) {
        candidates.push_back(id);
      }
    }
  }
  while (static_cast<int>(candidates.size()) > wanted) {
    const NodeId id = NextToGo(draft, shard, candidates);
    if (wanted > 0 && !StaysInSync(draft, candidates, id)) {
      draft.Block(BlockedCode::kNoReplicaInSync,
                  fmt::format("shard {} would be left without a replica in sync", shard.name),
                  FindingCode::kReplicaSurplus);
      return;
    }
    if (!RemoveNode(draft, id, FindingCode::kReplicaSurplus,
                    fmt::format("shard {} has {} of {} wished replicas", shard.name,
                                candidates.size(), wanted))) {
      return;
    }
    std::erase(candidates, id);
  }
}

// Members without slots, keys and a shard, such as the rest of a shard that was removed in part.
void RemoveSpares(Draft& draft, const Shape& shape) {
  for (const NodeId& id : shape.spares) {
    const Node* node = draft.now().Find(id);
    if (!node->alone && !node->unobserved && node->health != Health::kFailed && node->keys == 0 &&
        node->role == Role::kPrimary) {
      RemoveNode(draft, id, FindingCode::kNodeSpare, "it has no slots, no keys and no duties");
    }
  }
}

}  // namespace

void RemoveReplicas(Draft& draft) {
  const Shape shape = draft.shape();
  RemoveSpares(draft, shape);
  for (const Shard& shard : shape.shards) {
    const Node* primary = draft.now().Find(shard.primary);
    // Without its primary every copy counts.
    if (draft.goal.Keeps(shard.name) && primary != nullptr && !primary->unobserved &&
        primary->health != Health::kFailed) {
      RemoveSurplus(draft, shard);
    }
  }
}

}  // namespace redisop
