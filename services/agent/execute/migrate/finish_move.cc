#include "services/agent/execute/migrate/finish_move.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "services/agent/execute/migrate/barrier.h"
#include "services/agent/execute/migrate/compare_keys.h"
#include "services/agent/execute/migrate/hidden_copies.h"
#include "services/agent/execute/migrate/list_keys.h"
#include "services/agent/execute/migrate/slot_mover.h"
#include "services/agent/execute/migrate/window.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

// Whether a mark of the source leads to the target: it names it, or a node that is a replica of it
// now, from which it took over with all that had been moved there.
bool LeadsToTarget(const MoveParties& parties, const NodeId& marked) {
  const Node* before = FindPeer(parties.source_view, marked);
  return marked == parties.target_id ||
         (before != nullptr && before->primary_id == parties.target_id);
}

// The source's marks among `slots`.
absl::StatusOr<SlotSet> MarkedSlots(const MoveParties& parties, const SlotSet& slots) {
  SlotSet marked;
  for (const OpenSlot& open : parties.source_view.self.open_slots) {
    if (!slots.Contains(open.slot)) continue;
    if (open.direction != OpenSlot::Direction::kMigrating || !LeadsToTarget(parties, open.peer)) {
      return Refuse(Refusal::kStateChanged,
                    fmt::format("slot {} is on its way from or to another node", open.slot));
    }
    marked.Add(open.slot);
  }
  return marked;
}

// The slots among `unmarked` that show traces of a move from an earlier owner at the target. A mark
// that names the source of today is no such trace: the source has been serving the slot alone.
absl::StatusOr<SlotSet> LostMarks(MoveParties& parties, const SlotSet& unmarked) {
  SlotSet lost;
  SlotSet known;
  for (const OpenSlot& open : parties.target_view.self.open_slots) {
    if (!unmarked.Contains(open.slot)) continue;
    if (open.direction != OpenSlot::Direction::kImporting) {
      return Refuse(Refusal::kStateChanged,
                    fmt::format("slot {} is leaving the target", open.slot));
    }
    if (open.peer == parties.source_id) {
      known.Add(open.slot);
    } else {
      lost.Add(open.slot);
    }
  }
  const std::vector<int> slots = (unmarked - known).Slots();
  ASSIGN_OR_RETURN(const std::vector<uint64_t> counts, CountKeys(*parties.target, slots));
  for (size_t i = 0; i < slots.size(); ++i) {
    if (counts[i] > 0) lost.Add(slots[i]);
  }
  return lost;
}

// Tells the others of slots that the target owns already, where the source doesn't know yet.
absl::Status SettleClosed(MoveParties& parties, const SlotSet& closed) {
  SlotSet open;
  for (const OpenSlot& slot : parties.source_view.self.open_slots) open.Add(slot.slot);
  const std::vector<int> slots = (closed & (open | parties.source_view.self.slots)).Slots();
  if (slots.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<uint64_t> counts, CountKeys(*parties.source, slots));
  if (std::any_of(counts.begin(), counts.end(), [](uint64_t count) { return count > 0; })) {
    return Refuse(Refusal::kKeysLeft, "the source holds keys of slots that the target owns");
  }
  return AnnounceTarget(parties, slots);
}

}  // namespace

StepOutcome FinishMove(StepContext& context, const NodeId& source_id, const NodeId& target_id,
                       const SlotSet& slots) {
  const absl::Duration start = context.clock().Monotonic();
  ASSIGN_OR_RETURN(MoveParties parties, MeetBarriers(context, source_id, target_id));
  const SlotSet closed = slots & parties.target_view.self.slots;
  const SlotSet remaining = slots - closed;
  const SlotSet foreign = remaining - parties.source_view.self.slots;
  if (!foreign.empty()) {
    return Refuse(Refusal::kStateChanged,
                  fmt::format("slots {} belong to neither source nor target", foreign.ToString()));
  }
  RETURN_IF_ERROR(SettleClosed(parties, closed));
  RETURN_IF_ERROR(NameOwner(*parties.target, parties.target_view, source_id, remaining));

  ASSIGN_OR_RETURN(const SlotSet marked, MarkedSlots(parties, remaining));
  RETURN_IF_ERROR(DiscardHiddenCopies(parties.target_view, *parties.target, remaining - marked));
  ASSIGN_OR_RETURN(const SlotSet lost,
                   LostMarks(parties, remaining - marked - HiddenCopies(parties.target_view)));
  DifferingKeys differing;
  if (!lost.empty()) {
    RETURN_IF_ERROR(Window(parties, lost.Slots()).Open());
    ASSIGN_OR_RETURN(differing, CompareKeys(context, parties, lost));
  }

  SlotMover mover(context, parties, slots.size());
  mover.CountDone(closed.size());
  RETURN_IF_ERROR(mover.Move(remaining - differing.slots, marked | lost));
  const SlotSet moved = slots - differing.slots - mover.TooLarge();
  RETURN_IF_ERROR(ConfirmTarget(parties, moved));
  if (parties.target_announces) {  // for those that missed the target's own messages
    RETURN_IF_ERROR(AnnounceTarget(parties, moved.Slots()));
  }
  if (!differing.slots.empty()) {
    return Refuse(Refusal::kKeysDiffer,
                  fmt::format("{} keys have different values on both sides; kept, and left open: "
                              "slots {}",
                              differing.keys, differing.slots.ToString()));
  }
  if (!mover.TooLarge().empty()) {
    return Refuse(Refusal::kKeysLeft,
                  fmt::format("slots {} hold a key above {} MB and stay at the source",
                              mover.TooLarge().ToString(), kKeyBytesMax >> 20));
  }
  const double seconds = absl::ToDoubleSeconds(context.clock().Monotonic() - start);
  return fmt::format("moved {} slots, {} keys, {} bytes in {:.2f} s", remaining.size(),
                     mover.progress().keys_moved, mover.progress().bytes_moved, seconds);
}

}  // namespace redisop
