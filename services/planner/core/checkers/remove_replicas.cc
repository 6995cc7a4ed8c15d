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
  NodeList nodes;
  int count = 0;  // how many of those that count may go
};

Surplus SurplusOf(const Draft& draft, const Shard& shard, const CopyGoal& goal) {
  const auto decided = goal.shards.find(shard.name);
  Surplus surplus{.nodes = {}, .count = -draft.spec.replication_factor};
  for (const NodeList* nodes : {&shard.replicas, &shard.joining}) {
    for (const Node* node : *nodes) {
      const bool counts = Counts(draft.now(), *node);
      const bool kept = counts && (decided == goal.shards.end() ||
                                   std::binary_search(decided->second.replicas.begin(),
                                                      decided->second.replicas.end(), node->id));
      // Who waits for a better place takes nobody's place until it has one.
      surplus.count += counts && !(kept && IsStuck(draft.now(), *node)) ? 1 : 0;
      if (!kept && !node->leaving) {
        surplus.nodes.push_back(node);
      }
    }
  }
  const auto worth = [&](const Node* node) {
    const bool copies = node->role == Role::kReplica;
    return std::tuple(Counts(draft.now(), *node), copies,
                      copies && node->link == Link::kInSync && !node->unobserved, -node->member);
  };
  std::stable_sort(surplus.nodes.begin(), surplus.nodes.end(),
                   [&](const Node* a, const Node* b) { return worth(a) < worth(b); });
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
bool IsSynchronising(const Shard& shard, const Node* node) {
  return std::any_of(shard.replicas.begin(), shard.replicas.end(), [&](const Node* other) {
    return other != node && other->role == Role::kReplica && !other->unobserved &&
           other->link == Link::kSyncing;
  });
}

void RemoveSurplus(Draft& draft, const Shard& shard, const CopyGoal& goal) {
  const int wanted = draft.spec.replication_factor;
  Surplus surplus = SurplusOf(draft, shard, goal);
  for (const Node* node : surplus.nodes) {
    if (Counts(draft.now(), *node) && surplus.count-- <= 0) {
      return;
    }
    if (node->role == Role::kReplica && InSyncBeside(draft.now(), shard, *node) < wanted) {
      const bool syncing = IsSynchronising(shard, node);
      draft.Block(
          syncing ? BlockedCode::kMustWait : BlockedCode::kNoReplicaInSync,
          fmt::format("without {} shard {} would have fewer than {} {} in sync{}",
                      ShortId(node->id), shard.name, wanted, wanted == 1 ? "replica" : "replicas",
                      syncing ? "; another one is synchronising" : ""),
          FindingCode::kReplicaSurplus);
      return;
    }
    if (!RemoveNode(draft, node->id, ReasonFor(draft, shard, wanted + surplus.count + 1))) {
      return;
    }
  }
}

// Members without slots, keys and a shard, such as the rest of a shard that was removed in part.
void RemoveSpares(Draft& draft) {
  const NodeList spares = draft.shape().spares;
  for (const Node* node : spares) {
    if (!node->alone && !node->unobserved && node->health != Health::kFailed && node->keys == 0 &&
        node->role == Role::kPrimary) {
      RemoveNode(draft, node->id,
                 {FindingCode::kNodeSpare, "it has no slots, no keys and no duties"});
    }
  }
}

}  // namespace

void RemoveReplicas(Draft& draft) {
  RemoveSpares(draft);
  const Shape shape = draft.shape();
  const CopyGoal goal = DecideImprovement(draft.now(), shape, draft.goal, draft.spec);
  for (const Shard& shard : shape.shards) {
    const Node& primary = *shard.primary;
    // Without its primary every copy counts.
    if (draft.goal.Keeps(shard.name) && !primary.unobserved && primary.health != Health::kFailed &&
        !primary.leaving) {
      RemoveSurplus(draft, shard, goal);
    }
  }
}

}  // namespace redisop
