#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "services/planner/core/checkers.h"
#include "services/planner/core/copy_goal.h"
#include "services/planner/core/remove_node.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

// Nodes of a shard that nobody needs, whoever goes first at the front.
struct Surplus {
  std::vector<NodeId> nodes;
  int count = 0;  // how many of those that count may go
};

Surplus SurplusOf(const Draft& draft, const Shard& shard, const CopyGoal& goal) {
  const auto decided = goal.shards.find(shard.name);
  Surplus surplus{.nodes = {}, .count = -draft.spec.replication_factor};
  for (const auto* ids : {&shard.replicas, &shard.joining}) {
    for (const NodeId& id : *ids) {
      const bool counts = Counts(draft.now(), *draft.now().Find(id));
      const bool kept = counts && (decided == goal.shards.end() ||
                                   std::binary_search(decided->second.replicas.begin(),
                                                      decided->second.replicas.end(), id));
      // Who waits for a better place takes nobody's place until it has one.
      surplus.count += counts && !(kept && IsStuck(draft.now(), id)) ? 1 : 0;
      if (!kept && !draft.now().Find(id)->leaving) {
        surplus.nodes.push_back(id);
      }
    }
  }
  const auto worth = [&](const NodeId& id) {
    const Node* node = draft.now().Find(id);
    const bool copies = node->role == Role::kReplica;
    return std::tuple(Counts(draft.now(), *node), copies,
                      copies && node->link == Link::kInSync && !node->unobserved, -node->member);
  };
  std::stable_sort(surplus.nodes.begin(), surplus.nodes.end(),
                   [&](const NodeId& a, const NodeId& b) { return worth(a) < worth(b); });
  return surplus;
}

Reason ReasonFor(Draft& draft, const Shard& shard, int present) {
  const std::set<size_t> attaches = AttachesTo(draft, shard);
  const bool replaced = std::any_of(attaches.begin(), attaches.end(), [&](size_t i) {
    return draft.plan().steps[i].reason == FindingCode::kCopiesTogether;
  });
  return {replaced ? FindingCode::kCopiesTogether : FindingCode::kReplicaSurplus,
          replaced ? fmt::format("a better placed replica of shard {} takes its place", shard.name)
                   : fmt::format("shard {} has {} of {} wished replicas", shard.name, present,
                                 draft.spec.replication_factor),
          attaches};
}

// Whether another replica than this one is on its way to be in sync.
bool IsSynchronising(const Draft& draft, const Shard& shard, const NodeId& id) {
  return std::any_of(shard.replicas.begin(), shard.replicas.end(), [&](const NodeId& other) {
    const Node* node = draft.now().Find(other);
    return other != id && node != nullptr && !node->unobserved && node->link == Link::kSyncing;
  });
}

void RemoveSurplus(Draft& draft, const Shard& shard, const CopyGoal& goal) {
  const int wanted = draft.spec.replication_factor;
  Surplus surplus = SurplusOf(draft, shard, goal);
  for (const NodeId& id : surplus.nodes) {
    const Node* node = draft.now().Find(id);
    if (Counts(draft.now(), *node) && surplus.count-- <= 0) {
      return;
    }
    if (node->role == Role::kReplica && InSyncBeside(draft.now(), shard, id) < wanted) {
      const bool syncing = IsSynchronising(draft, shard, id);
      draft.Block(syncing ? BlockedCode::kMustWait : BlockedCode::kNoReplicaInSync,
                  fmt::format("without {} shard {} would have fewer than {} {} in sync{}",
                              ShortId(id), shard.name, wanted, wanted == 1 ? "replica" : "replicas",
                              syncing ? "; another one is synchronising" : ""),
                  FindingCode::kReplicaSurplus);
      return;
    }
    if (!RemoveNode(draft, id, ReasonFor(draft, shard, wanted + surplus.count + 1))) {
      return;
    }
  }
}

// Members without slots, keys and a shard, such as the rest of a shard that was removed in part.
void RemoveSpares(Draft& draft) {
  const std::vector<NodeId> spares = draft.shape().spares;
  for (const NodeId& id : spares) {
    const Node* node = draft.now().Find(id);
    if (!node->alone && !node->unobserved && node->health != Health::kFailed && node->keys == 0 &&
        node->role == Role::kPrimary) {
      RemoveNode(draft, id, {FindingCode::kNodeSpare, "it has no slots, no keys and no duties"});
    }
  }
}

}  // namespace

void RemoveReplicas(Draft& draft) {
  RemoveSpares(draft);
  const Shape shape = draft.shape();
  const CopyGoal goal = DecideImprovement(draft.now(), shape, draft.goal, draft.spec);
  for (const Shard& shard : shape.shards) {
    const Node* primary = draft.now().Find(shard.primary);
    // Without its primary every copy counts.
    if (draft.goal.Keeps(shard.name) && primary != nullptr && !primary->unobserved &&
        primary->health != Health::kFailed && !primary->leaving) {
      RemoveSurplus(draft, shard, goal);
    }
  }
}

}  // namespace redisop
