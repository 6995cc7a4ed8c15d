#include <fmt/format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/migrate/finish_move.h"
#include "services/agent/execute/migrate/hidden_copies.h"
#include "services/agent/execute/migrate/window.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

absl::Status CheckNoKeys(RedisConnection& target, const std::vector<int>& slots) {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> counts, CountKeys(target, slots));
  for (size_t i = 0; i < slots.size(); ++i) {
    if (counts[i] == 0) continue;
    return Refuse(Refusal::kKeysLeft,
                  fmt::format("the other side holds {} keys of slot {}", counts[i], slots[i]));
  }
  return absl::OkStatus();
}

// Removes the marks on both sides. The target's first: from then on clients can't create keys
// there, so a count of zero is final. Until the owner's mark is gone too, they are sent to and fro.
absl::Status RemoveMarks(RedisConnection& owner, RedisConnection& target,
                         const CloseOpenSlot& step) {
  const std::vector<int> slots = step.slots.Slots();
  RETURN_IF_ERROR(CheckNoKeys(target, slots));
  RETURN_IF_ERROR(SetSlots(target, slots, "STABLE", ""));
  const absl::Status empty = CheckNoKeys(target, slots);
  if (empty.ok()) return SetSlots(owner, slots, "STABLE", "");
  RETURN_IF_ERROR(SetSlots(target, slots, "IMPORTING", step.owner_id));
  return empty;
}

// Ends a slot move that was interrupted, forwards or backwards.
class CloseOpenSlotAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const CloseOpenSlot& step = context.As<CloseOpenSlot>();
    if (step.resolution == CloseOpenSlot::Resolution::kFinish) {
      return FinishMove(context, step.owner_id, step.target_id, step.slots);
    }
    return Undo(context, step);
  }

 private:
  static SlotSet Marked(const NodeView& view) {
    SlotSet marked;
    for (const OpenSlot& open : view.self.open_slots) marked.Add(open.slot);
    return marked;
  }

  // Marks that outlived their move: the source heard of the new owner from others, and keeps them.
  static SlotSet LeftBehind(const NodeView& view, const SlotSet& slots) {
    SlotSet left;
    for (const OpenSlot& open : view.self.open_slots) {
      const Node* peer = FindPeer(view, open.peer);
      if (slots.Contains(open.slot) && open.direction == OpenSlot::Direction::kMigrating &&
          peer != nullptr && peer->slots.Contains(open.slot)) {
        left.Add(open.slot);
      }
    }
    return left;
  }

  static StepOutcome Undo(StepContext& context, const CloseOpenSlot& step) {
    ASSIGN_OR_RETURN(const auto owner, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView view, ReadView(*owner));
    if (view.self.id != step.owner_id) {
      return Refuse(Refusal::kNodeChanged, "this node is " + ShortId(view.self.id));
    }
    const SlotSet foreign = step.slots - view.self.slots;
    if (!(foreign - LeftBehind(view, foreign)).empty()) {
      return Refuse(Refusal::kStateChanged, "not the owner of slots " + foreign.ToString());
    }
    if (!foreign.empty()) {
      RETURN_IF_ERROR(SetSlots(*owner, step.slots.Slots(), "STABLE", ""));
      return fmt::format("{} slots belong to {}", step.slots.size(), ShortId(step.target_id));
    }
    // The caller leaves out the address of a target that is proven gone.
    if (!context.request().peers.contains(step.target_id)) {
      RETURN_IF_ERROR(SetSlots(*owner, step.slots.Slots(), "STABLE", ""));
    } else {
      ASSIGN_OR_RETURN(const auto target, context.ConnectPeer(step.target_id));
      ASSIGN_OR_RETURN(const NodeView target_view, ReadView(*target));
      RETURN_IF_ERROR(
          NameOwner(*target, target_view, step.owner_id, step.slots - target_view.self.slots));
      RETURN_IF_ERROR(DiscardHiddenCopies(target_view, *target, step.slots - Marked(view)));
      RETURN_IF_ERROR(RemoveMarks(*owner, *target, step));
    }
    return fmt::format("{} slots stay with {}", step.slots.size(), ShortId(step.owner_id));
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeCloseOpenSlot() { return std::make_unique<CloseOpenSlotAction>(); }

}  // namespace redisop
