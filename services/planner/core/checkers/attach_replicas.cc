#include <fmt/format.h>

#include <algorithm>

#include "services/planner/core/checkers.h"

namespace redisop {
namespace {

bool Counts(const Draft& draft, const NodeId& id) {
  const Node* node = draft.now().Find(id);
  return node != nullptr && !node->leaving && !IsLost(*node) && !draft.now().IsForgotten(id);
}

// The shard a replica should copy: that of its label, if that one is there to stay.
const Shard* HomeOf(const Draft& draft, const Shape& shape, const Shard& shard, const Node& node) {
  const Shard* home = node.shard.empty() ? nullptr : shape.Find(node.shard);
  const Node* primary = home == nullptr ? nullptr : draft.now().Find(home->primary);
  return primary != nullptr && draft.goal.Keeps(home->name) ? home : &shard;
}

// Replicas that copy a replica, or the primary of another shard.
void AttachMisplaced(Draft& draft, const Shape& shape) {
  for (const Shard& shard : shape.shards) {
    for (const NodeId& id : shard.replicas) {
      const Node* node = draft.now().Find(id);
      if (node->shard == shard.name && node->primary_id == shard.primary) {
        continue;
      }
      const Shard* home = HomeOf(draft, shape, shard, *node);
      if (Counts(draft, id) && node->primary_id != home->primary && draft.goal.Keeps(home->name)) {
        draft.Propose(AttachReplica{id, home->primary},
                      {FindingCode::kReplicaMisplaced,
                       fmt::format("it copies {}, the primary of shard {} is {}",
                                   ShortId(node->primary_id), home->name, ShortId(home->primary))});
      }
    }
  }
}

// Further from the copies that are there already comes first.
std::vector<NodeId> InOrderOfUse(const Draft& draft, const Shard& shard,
                                 std::vector<NodeId> candidates) {
  const auto together = [&](const NodeId& id) {
    const Node* node = draft.now().Find(id);
    std::pair<int, int> shared{0, 0};
    std::vector<NodeId> copies = shard.replicas;
    copies.push_back(shard.primary);
    for (const NodeId& other_id : copies) {
      const Node* other = draft.now().Find(other_id);
      if (other != nullptr && other_id != id) {
        shared.first += !node->host.empty() && node->host == other->host ? 1 : 0;
        shared.second += !node->zone.empty() && node->zone == other->zone ? 1 : 0;
      }
    }
    return std::tuple(node->unobserved, shared, node->member, id);
  };
  std::sort(candidates.begin(), candidates.end(),
            [&](const NodeId& a, const NodeId& b) { return together(a) < together(b); });
  return candidates;
}

}  // namespace

void AttachReplicas(Draft& draft) {
  const Shape shape = draft.shape();
  AttachMisplaced(draft, shape);
  std::vector<NodeId> spares;
  for (const NodeId& id : shape.spares) {
    if (Counts(draft, id)) {
      spares.push_back(id);
    }
  }
  for (const Shard& shard : shape.shards) {
    const Node* primary = draft.now().Find(shard.primary);
    if (!draft.goal.Keeps(shard.name) || primary == nullptr) {
      continue;
    }
    int missing = draft.spec.replication_factor;
    for (const NodeId& id : shard.replicas) {
      missing -= Counts(draft, id) ? 1 : 0;
    }
    const auto attach = [&](const NodeId& id) {
      --missing;
      return draft.Propose(
          AttachReplica{id, shard.primary},
          {FindingCode::kReplicaMissing,
           fmt::format("shard {} needs {} {}", shard.name, draft.spec.replication_factor,
                       draft.spec.replication_factor == 1 ? "replica" : "replicas")});
    };
    for (const NodeId& id : InOrderOfUse(draft, shard, shard.joining)) {
      if (missing > 0 && Counts(draft, id)) {
        attach(id);
      }
    }
    while (missing > 0 && !spares.empty()) {
      const NodeId id = InOrderOfUse(draft, shard, spares).front();
      std::erase(spares, id);
      attach(id);
    }
  }
}

}  // namespace redisop
