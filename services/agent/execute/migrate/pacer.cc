#include "services/agent/execute/migrate/pacer.h"

#include <algorithm>
#include <utility>

namespace redisop {

void Pacer::Report(int keys, absl::Duration took) {
  if (took > budget_) {
    const double share = absl::FDivDuration(budget_, took);
    keys_ = std::clamp(static_cast<int>(std::min(keys_, keys) * share), keys_min_, kRoundKeysMax);
  } else if (took < budget_ / 2 && keys * 4 >= keys_) {
    keys_ = std::min(keys_ * 2, kRoundKeysMax);
  }
}

size_t FittingSlots(const std::vector<SlotKeys>& slots) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < slots.size(); ++i) {
    bytes += slots[i].total_bytes;
    if (i > 0 && bytes > kRoundBytesMax) return i;
  }
  return slots.size();
}

std::vector<std::string> BatchOf(const SlotKeys& slot, size_t first, int keys_max) {
  std::vector<std::string> batch;
  uint64_t bytes = 0;
  for (size_t i = first; i < slot.keys.size(); ++i) {
    bytes += slot.bytes[i];
    const bool fits = static_cast<int>(batch.size()) < keys_max && bytes <= kRoundBytesMax;
    if (!batch.empty() && !fits) break;
    batch.push_back(slot.keys[i]);
  }
  return batch;
}

int WindowSize(absl::Span<const WaitingSlot> waiting, int slots_of_target, int keys_max) {
  const int ramp = std::max(1, slots_of_target / kClosedPerOpen);
  const int limit = std::min({static_cast<int>(waiting.size()), kWindowSlotsMax, ramp});
  uint64_t keys = 0;
  int with_keys = 0;
  for (int size = 0; size < limit; ++size) {
    const WaitingSlot& next = waiting[static_cast<size_t>(size)];
    keys += next.keys;
    with_keys += next.keys > 0 ? 1 : 0;
    const bool fits = keys <= static_cast<uint64_t>(keys_max) && with_keys <= kLanesMax;
    if (size > 0 && !fits) return size;
  }
  return limit;
}

}  // namespace redisop
