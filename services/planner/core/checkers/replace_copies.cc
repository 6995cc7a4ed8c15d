#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "services/planner/core/checkers.h"
#include "services/planner/core/copy_goal.h"
#include "services/planner/core/create_member.h"
#include "services/planner/core/impossible_placement.h"
#include "services/planner/core/move_replicas.h"
#include "services/planner/core/placement_rules.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

CopyGoal Decide(Draft& draft) {
  return DecideImprovement(draft.now(), draft.shape(), draft.goal, draft.spec);
}

Reason Because(const Draft& draft, const Shard& shard) {
  for (const PlaceKind& kind : kPlaceKinds) {
    if (const std::string text = SharedText(draft.now(), shard, kind); !text.empty()) {
      return {FindingCode::kCopiesTogether, text};
    }
  }
  return {FindingCode::kCopiesTogether,
          fmt::format("shard {} gives a replica to another one", shard.name)};
}

// The hosts of the copies that stay: a pod that is to be apart from them keeps off these.
std::vector<std::string> HostsOf(const Draft& draft, const Shard& shard,
                                 const CopyGoal::OfShard& decided) {
  std::set<std::string> hosts{shard.primary->host};
  for (const NodeId& id : decided.replicas) {
    hosts.insert(draft.now().Find(id)->host);
  }
  hosts.erase("");  // not known
  return {hosts.begin(), hosts.end()};
}

// Pods for better places, and whether there are any. They meet the others in a step of their own,
// so that nothing else waits for them.
bool CreateReplacements(Draft& draft, const CopyGoal& goal) {
  const Shape shape = draft.shape();
  bool created = false;
  for (const auto& [name, decided] : goal.shards) {
    const Shard& shard = *shape.Find(name);
    const std::vector<std::string> hosts = HostsOf(draft, shard, decided);
    for (const std::string& zone : decided.new_pods) {
      created = CreateMember(draft, name, zone, hosts, Because(draft, shard)) || created;
    }
  }
  if (created) {
    MeetNewNodes(draft);
  }
  return created;
}

// Attaches what copies nobody yet, then what copies another shard.
void AttachReplacements(Draft& draft, const CopyGoal& goal) {
  const Shape shape = draft.shape();
  for (const auto& [name, decided] : goal.shards) {
    for (const NodeId& id : decided.replicas) {
      const Node* node = draft.now().Find(id);
      const bool copies = node->role == Role::kReplica && shape.ShardOf(node) != nullptr;
      if (!copies && !IsStuck(draft.now(), *node)) {
        draft.Propose(AttachReplica{id, shape.Find(name)->primary->id},
                      Because(draft, *shape.Find(name)));
      }
    }
  }
  MoveReplicas(draft, goal, FindingCode::kCopiesTogether);
}

// Required rules that no plan can keep.
void ReportImpossible(Draft& draft) {
  for (const PlacementGap& gap :
       ImpossiblePlacements(draft.now(), draft.shape(), draft.goal, draft.spec)) {
    draft.Block(BlockedCode::kPlacementImpossible, gap.text, gap.finding);
  }
}

}  // namespace

void ReplaceCopies(Draft& draft) {
  const CopyGoal goal = Decide(draft);
  const CopyPairs pairs = PairsOfAll(draft.now(), draft.shape(), draft.goal, goal);
  draft.plan().bounds.placement_violations_minimum += pairs.hosts + pairs.zones;
  const bool created = CreateReplacements(draft, goal);
  AttachReplacements(draft, created ? Decide(draft) : goal);
  ReportImpossible(draft);
}

}  // namespace redisop
