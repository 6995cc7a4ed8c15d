#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "services/planner/core/checkers.h"
#include "services/planner/core/primary_spread.h"

namespace redisop {
namespace {

// A replica of that zone that can be promoted at once: the one least behind.
const Node* BestOf(const WorkingSnapshot& now, const Shard& shard, const std::string& zone) {
  const Node* best = nullptr;
  for (const NodeId& id : shard.replicas) {
    const Node* node = now.Find(id);
    if (node->zone == zone && CanBePromoted(shard, *node) &&
        (best == nullptr || node->lag_bytes < best->lag_bytes)) {
      best = node;
    }
  }
  return best;
}

}  // namespace

void SpreadRoles(Draft& draft) {
  const Shape shape = draft.shape();
  const PrimarySpread spread = SpreadOf(draft.now(), shape, draft.goal);
  draft.plan().bounds.failovers_minimum = static_cast<int>(spread.changes.size());
  // Which shard leaves depends on where primaries are: roles change when that is settled.
  std::set<size_t> after;
  for (size_t i = 0; i < draft.plan().steps.size(); ++i) {
    const Step& step = draft.plan().steps[i];
    if (step.reason == FindingCode::kShardSurplus && std::holds_alternative<DeletePod>(step.kind)) {
      after.insert(i);
    }
  }
  for (const auto& [name, zone] : spread.changes) {
    const Shard* shard = shape.Find(name);
    const Node* primary = draft.now().Find(shard->primary);
    const Node* replica = BestOf(draft.now(), *shard, zone);
    draft.Propose(
        PromoteReplica{replica->id, primary->id},
        {FindingCode::kRolesUneven,
         fmt::format("zone {} has {} primaries; with at most {} a majority outlives it",
                     primary->zone, spread.in_zone.at(primary->zone), spread.per_zone_max),
         after});
    after.clear();
  }
}

}  // namespace redisop
