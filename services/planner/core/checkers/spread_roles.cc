#include <fmt/format.h>

#include <set>

#include "services/planner/core/checkers.h"
#include "services/planner/core/primary_spread.h"

namespace redisop {

void SpreadRoles(Draft& draft) {
  const Shape shape = draft.shape();
  const PrimarySpread spread = SpreadOf(draft.now(), shape, draft.goal);
  draft.plan().bounds.failovers_minimum = static_cast<int>(spread.changes.size());
  draft.plan().bounds.placement_violations_minimum +=
      spread.excess_minimum.zones + spread.excess_minimum.hosts;
  // Which shard leaves depends on where primaries are: roles change when that is settled.
  std::set<size_t> after;
  for (size_t i = 0; i < draft.plan().steps.size(); ++i) {
    const Step& step = draft.plan().steps[i];
    if (step.reason == FindingCode::kShardSurplus && std::holds_alternative<DeletePod>(step.kind)) {
      after.insert(i);
    }
  }
  for (const PrimarySpread::Change& change : spread.changes) {
    const Node* primary = shape.Find(change.shard)->primary;
    const Node* replica = draft.now().Find(change.replica);
    draft.Propose(
        PromoteReplica{replica->id, primary->id},
        {FindingCode::kRolesUneven,
         fmt::format("{}; with at most {} a majority outlives it", change.because, spread.most),
         after});
    after.clear();
  }
}

}  // namespace redisop
