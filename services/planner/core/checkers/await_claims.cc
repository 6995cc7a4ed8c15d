#include <fmt/format.h>

#include "services/planner/core/checkers.h"

namespace redisop {
namespace {

// One of those that claim the slots that knows nobody; nullptr when all see each other.
const Node* WhoStandsAlone(const WorkingSnapshot& now) {
  for (const auto& [id, node] : now.nodes()) {
    if (node.alone && node.slots.Overlaps(now.contested())) {
      return &node;
    }
  }
  return nullptr;
}

}  // namespace

void AwaitClaims(Draft& draft) {
  const SlotSet& contested = draft.now().contested();
  if (contested.empty()) {
    return;
  }
  const Node* alone = WhoStandsAlone(draft.now());
  draft.Block(BlockedCode::kSlotOwnerUnclear,
              fmt::format("slots {} are claimed by two primaries; {}", contested.ToString(),
                          alone == nullptr
                              ? "the higher config epoch wins as soon as they have heard of each "
                                "other"
                              : fmt::format("{} knows nobody, and if they met one would lose its "
                                            "keys: empty it, or take it out",
                                            ShortId(alone->id))),
              FindingCode::kSlotConflict);
  draft.Stop();
}

}  // namespace redisop
