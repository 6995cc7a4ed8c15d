#include <fmt/format.h>

#include <algorithm>

#include "services/planner/core/checkers.h"

namespace redisop {

void RestoreOwners(Draft& draft) {
  // One that did not answer may claim them; giving away slots without an owner waits for it too.
  const auto& nodes = draft.now().nodes();
  if (std::any_of(nodes.begin(), nodes.end(), [](const auto& n) { return n.second.unobserved; })) {
    return;
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
