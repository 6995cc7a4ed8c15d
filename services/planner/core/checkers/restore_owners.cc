#include <fmt/format.h>

#include "services/planner/core/checkers.h"

namespace redisop {

void RestoreOwners(Draft& draft) {
  // One that did not answer may claim them; giving away slots without an owner waits for it too.
  for (const auto& [id, node] : draft.now().nodes()) {
    if (node.unobserved) {
      return;
    }
  }
  for (const SlotAttribution& attribution : draft.now().attributed()) {
    draft.Propose(AssignSlots{attribution.node_id, attribution.slots},
                  {FindingCode::kSlotUncovered,
                   fmt::format("no node claims these {} slots, most primaries take {} for their "
                               "owner",
                               attribution.slots.size(), ShortId(attribution.node_id))});
  }
}

}  // namespace redisop
