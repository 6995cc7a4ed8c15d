#include "services/agent/execute/migrate/slot_mover.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/execute/migrate/first_slots.h"
#include "services/agent/execute/migrate/list_keys.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

// How often a slot is counted without getting emptier before the step gives up.
constexpr int kStallsMax = 500;
// How often a slot is copied in vain, because clients write it, before MIGRATE takes over.
constexpr int kCopyAttempts = 4;
// What a slot costs, in keys, for the estimate of the time left.
constexpr double kSlotCostKeys = 10;

absl::Status NameOpen(const absl::Status& status, const SlotSet& slots) {
  return MakeStatus(status.code(),
                    fmt::format("{}; left open: slots {}", MessageOf(status), slots.ToString()));
}

SlotSet SlotsOf(const std::vector<SlotKeys>& lists) {
  SlotSet slots;
  for (const SlotKeys& list : lists) slots.Add(list.slot);
  return slots;
}

int KeysOf(const std::vector<SlotKeys>& lists) {
  size_t keys = 0;
  for (const SlotKeys& list : lists) keys += list.keys.size();
  return static_cast<int>(keys);
}

}  // namespace

SlotMover::SlotMover(StepContext& context, MoveParties& parties, int slots_total)
    : context_(context),
      parties_(parties),
      copier_(context, parties),
      started_(context.clock().Monotonic()) {
  progress_.slots_total = slots_total;
}

absl::StatusOr<std::vector<WaitingSlot>> SlotMover::TakeCensus(const SlotSet& slots) {
  const std::vector<int> numbers = slots.Slots();
  ASSIGN_OR_RETURN(const std::vector<uint64_t> counts, CountKeys(*parties_.source, numbers));
  std::vector<WaitingSlot> waiting;
  for (size_t i = 0; i < numbers.size(); ++i) {
    waiting.push_back({numbers[i], counts[i]});
    keys_expected_ += counts[i];
  }
  return waiting;
}

absl::Status SlotMover::Move(const SlotSet& slots, const SlotSet& marked) {
  marked_ = marked;
  ASSIGN_OR_RETURN(std::vector<WaitingSlot> waiting, TakeCensus(slots));
  int slots_of_target = parties_.target_view.self.slots.size();
  if (slots_of_target == 0 && !waiting.empty()) {
    const auto smallest = std::min_element(
        waiting.begin(), waiting.end(),
        [](const WaitingSlot& a, const WaitingSlot& b) { return a.keys < b.keys; });
    std::rotate(waiting.begin(), smallest, smallest + 1);
  }
  if (slots_of_target < kFirstSlots) {
    ASSIGN_OR_RETURN(const ServerInfo info, ReadServerInfo(*parties_.source));
    clients_ = info.clients;
  }
  size_t next = 0;
  while (next < waiting.size()) {
    RETURN_IF_ERROR(context_.CheckGoOn());
    const int size =
        WindowSize(absl::MakeSpan(waiting).subspan(next), slots_of_target, copy_pacer_.keys());
    std::vector<int> window;
    for (int i = 0; i < size; ++i) window.push_back(waiting[next + static_cast<size_t>(i)].slot);
    ASSIGN_OR_RETURN(const size_t moved, MoveWindow(window));
    RETURN_IF_ERROR(AwaitFound(window.front(), slots_of_target, static_cast<int>(moved)));
    next += moved;
    slots_of_target += static_cast<int>(moved);
    Report();
  }
  return absl::OkStatus();
}

absl::Status SlotMover::AwaitFound(int slot, int slots_before, int moved) {
  if (slots_before == 0 && !too_large_.Contains(slot)) {
    return AwaitKnownToAll(context_, parties_, slot);
  }
  const bool crossed = slots_before < kFirstSlots && slots_before + moved >= kFirstSlots;
  return crossed ? AwaitClients(context_, parties_, clients_) : absl::OkStatus();
}

absl::StatusOr<size_t> SlotMover::MoveWindow(const std::vector<int>& slots) {
  // One key more than fits into a transaction, to see whether a slot has more.
  ASSIGN_OR_RETURN(std::vector<SlotKeys> lists,
                   ListKeys(*parties_.source, slots, kRoundKeysMax + 1));
  lists.resize(FittingSlots(lists));
  const size_t taken = lists.size();
  for (const SlotKeys& list : lists) {
    if (HasTooLargeKey(list)) too_large_.Add(list.slot);
  }
  std::erase_if(lists, [&](const SlotKeys& list) { return too_large_.Contains(list.slot); });
  const SlotSet moving = SlotsOf(lists);
  if (moving.empty()) return taken;

  const absl::Status status = MoveKeys(moving, std::move(lists));
  progress_.keys_moved = copier_.keys_moved() + drained_.keys;
  progress_.bytes_moved = copier_.bytes_moved() + drained_.bytes;
  if (!status.ok()) return NameOpen(status, moving - closed_);
  progress_.slots_done += moving.size();
  return taken;
}

bool SlotMover::CanCopy(const SlotKeys& slot) const {
  return parties_.source_allows_setslot_in_multi && !slot.keys.empty() &&
         slot.keys.size() <= static_cast<size_t>(kRoundKeysMax) &&
         slot.total_bytes <= kRoundBytesMax && !marked_.Contains(slot.slot);
}

absl::Status SlotMover::MarkTarget(const SlotSet& slots, const NodeId& peer) {
  return SetSlots(*parties_.target, slots.Slots(), "IMPORTING", peer);
}

absl::Status SlotMover::MoveKeys(const SlotSet& slots, std::vector<SlotKeys> lists) {
  SlotSet empty;
  for (const SlotKeys& list : lists) {
    if (list.keys.empty() && !marked_.Contains(list.slot)) empty.Add(list.slot);
  }
  std::erase_if(lists, [&](const SlotKeys& list) { return !CanCopy(list); });
  for (int attempt = 0; attempt < kCopyAttempts && (!lists.empty() || !empty.empty()); ++attempt) {
    ASSIGN_OR_RETURN(lists, CopyAndClose(lists, std::exchange(empty, SlotSet())));
    if (lists.empty()) break;
    ASSIGN_OR_RETURN(lists, ListKeys(*parties_.source, SlotsOf(lists).Slots(), kRoundKeysMax + 1));
    std::erase_if(lists, [&](const SlotKeys& list) { return !CanCopy(list); });
  }
  const SlotSet rest = slots - closed_;
  RETURN_IF_ERROR(MarkTarget(rest, parties_.source_id));
  RETURN_IF_ERROR(DrainAndClose(rest));
  if (settles_) {
    ASSIGN_OR_RETURN(settles_, copier_.SettleSource());
  }
  return absl::OkStatus();
}

// Moves `lists` by copying, and closes them together with `empty`. Between the hand-over of a slot
// and its close clients are redirected twice, and a failover finds it halfway; so nothing else
// happens in between. The slots that were not handed over; they are at the source as if nothing had
// happened.
absl::StatusOr<std::vector<SlotKeys>> SlotMover::CopyAndClose(const std::vector<SlotKeys>& lists,
                                                              const SlotSet& empty) {
  const SlotSet copied = SlotsOf(lists);
  std::vector<bool> handed_over;
  if (!lists.empty()) {
    ASSIGN_OR_RETURN(const absl::Duration reading, copier_.Copy(lists));
    copy_pacer_.Report(KeysOf(lists), reading);
  }
  RETURN_IF_ERROR(MarkTarget(copied | empty, parties_.source_id));
  if (!lists.empty()) {
    ASSIGN_OR_RETURN(handed_over, copier_.HandOver());
  }
  std::vector<SlotKeys> failed;
  for (size_t i = 0; i < lists.size(); ++i) {
    if (!handed_over[i]) failed.push_back(lists[i]);
  }
  RETURN_IF_ERROR(DrainAndClose((copied | empty) - SlotsOf(failed)));
  if (failed.empty()) return failed;
  RETURN_IF_ERROR(MarkTarget(SlotsOf(failed), parties_.target_id));
  RETURN_IF_ERROR(DiscardCopies(*parties_.target, failed));
  return failed;
}

absl::Status SlotMover::DrainAndClose(const SlotSet& slots) {
  if (slots.empty()) return absl::OkStatus();
  Window window(parties_, slots.Slots());
  RETURN_IF_ERROR(Drain(window, slots.Slots()));
  RETURN_IF_ERROR(window.Close());
  closed_.Add(slots);
  return absl::OkStatus();
}

absl::Status SlotMover::Drain(Window& window, const std::vector<int>& slots) {
  uint64_t least = UINT64_MAX;
  int stalls = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<uint64_t> left, window.CountKeysLeft());
    std::vector<int> unfinished;
    uint64_t keys_left = 0;
    for (size_t i = 0; i < slots.size(); ++i) {
      if (left[i] > 0) unfinished.push_back(slots[i]);
      keys_left += left[i];
    }
    if (unfinished.empty()) return absl::OkStatus();
    stalls = keys_left < least ? 0 : stalls + 1;
    least = std::min(least, keys_left);
    if (stalls > kStallsMax) {
      return Refuse(Refusal::kKeysLeft,
                    fmt::format("{} keys are written faster than they can be moved", keys_left));
    }
    ASSIGN_OR_RETURN(const Drained drained,
                     DrainOnce(context_, parties_, unfinished, drain_pacer_));
    drained_.keys += drained.keys;
    drained_.bytes += drained.bytes;
  }
}

void SlotMover::Report() {
  const double done = kSlotCostKeys * progress_.slots_done +
                      static_cast<double>(std::min(progress_.keys_moved, keys_expected_));
  const double total = kSlotCostKeys * progress_.slots_total + static_cast<double>(keys_expected_);
  const double seconds = absl::ToDoubleSeconds(context_.clock().Monotonic() - started_);
  progress_.seconds_left = done > 0 ? seconds * std::max(0.0, total - done) / done : 0;
  context_.control().Report(progress_);
}

}  // namespace redisop
