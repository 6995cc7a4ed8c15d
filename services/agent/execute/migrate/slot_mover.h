// Moves slots with their keys in windows: a few are opened, emptied and closed at a time, so that
// clients meet redirections for milliseconds only, and a stop at any moment leaves little open.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_SLOT_MOVER_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_SLOT_MOVER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "services/agent/execute/migrate/classic_drain.h"
#include "services/agent/execute/migrate/key_copy.h"
#include "services/agent/execute/migrate/pacer.h"
#include "services/agent/execute/migrate/window.h"

namespace redisop {

// One thread.
class SlotMover {
 public:
  // Both must outlive this. `slots_total` is for progress.
  SlotMover(StepContext& context, MoveParties& parties, int slots_total);

  // Moves `slots`, which the source owns, in ascending order; when the target owns none, the
  // smallest slot goes first and alone ("unknown node" in docs/moving-slots.md). `marked` are those
  // that are MIGRATING already. Between windows it reports progress and looks whether to go on:
  // CANCELLED and TIMED_OUT leave nothing open. Slots that hold a key above kKeyBytesMax stay at
  // the source, closed, and are in TooLarge() afterwards. Other errors (Window, KeyCopier,
  // DrainOnce; KEYS_LEFT when clients write a slot faster than it can be emptied) name the slots
  // that are left open.
  absl::Status Move(const SlotSet& slots, const SlotSet& marked);

  // Counts slots that were moved before, by an earlier run.
  void CountDone(int slots) { progress_.slots_done += slots; }

  const SlotSet& TooLarge() const { return too_large_; }
  const StepProgress& progress() const { return progress_; }

 private:
  absl::StatusOr<std::vector<WaitingSlot>> TakeCensus(const SlotSet& slots);
  // Lets a new primary get known, when the `moved` slots from `slot` on are among its first.
  absl::Status AwaitFound(int slot, int slots_before, int moved);
  // Moves the first of `slots`; how many.
  absl::StatusOr<size_t> MoveWindow(const std::vector<int>& slots);
  absl::Status MoveKeys(const SlotSet& slots, std::vector<SlotKeys> lists);
  absl::StatusOr<std::vector<SlotKeys>> CopyAndClose(const std::vector<SlotKeys>& lists,
                                                     const SlotSet& empty);
  absl::Status DrainAndClose(const SlotSet& slots);
  absl::Status Drain(Window& window, const std::vector<int>& slots);
  bool CanCopy(const SlotKeys& slot) const;
  absl::Status MarkTarget(const SlotSet& slots, const NodeId& peer);
  void Report();

  StepContext& context_;
  MoveParties& parties_;
  KeyCopier copier_;
  Pacer copy_pacer_{kCopyKeysMin};
  Pacer drain_pacer_{kDrainKeysMin};
  SlotSet marked_;
  SlotSet closed_;  // by this run
  SlotSet too_large_;
  StepProgress progress_;
  Drained drained_;
  uint64_t keys_expected_ = 0;
  uint64_t clients_ = 0;  // of the source at the start, when the target is new
  absl::Duration started_;
  bool settles_ = true;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_SLOT_MOVER_H_
