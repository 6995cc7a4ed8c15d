#include "services/agent/execute/migrate/hidden_copies.h"

#include "common/base/status_macros.h"
#include "services/agent/execute/migrate/key_copy.h"
#include "services/agent/execute/migrate/list_keys.h"

namespace redisop {

SlotSet HiddenCopies(const NodeView& target) {
  SlotSet slots;
  for (const OpenSlot& open : target.self.open_slots) {
    const bool importing = open.direction == OpenSlot::Direction::kImporting;
    if (importing && open.peer == target.self.id) slots.Add(open.slot);
  }
  return slots;
}

absl::Status DiscardHiddenCopies(const NodeView& target_view, RedisConnection& target,
                                 const SlotSet& slots) {
  for (const int slot : (HiddenCopies(target_view) & slots).Slots()) {
    // A copier never copies more than this of a slot.
    ASSIGN_OR_RETURN(const std::vector<SlotKeys> copies, ListKeys(target, {slot}, kRoundKeysMax));
    RETURN_IF_ERROR(DiscardCopies(target, copies));
  }
  return absl::OkStatus();
}

}  // namespace redisop
