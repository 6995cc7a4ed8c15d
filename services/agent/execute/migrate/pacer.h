// How much is moved at a time: as much as keeps redis-server's own clients waiting a few
// milliseconds at most.
//
// Pure values: time is measured by the caller. One thread.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_PACER_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_PACER_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"

namespace redisop {

// Connections to the source that copy side by side: most slots with keys that are open at a time.
inline constexpr int kLanesMax = 32;
// Most slots without keys that are open at a time.
inline constexpr int kWindowSlotsMax = 256;
// Slots that a target owns for each one that is open towards it.
inline constexpr int kClosedPerOpen = 16;
// Fewer keys take so little of the source that only a busy machine makes them slow; kRoundBytesMax
// keeps large ones in check. MIGRATE takes several times as long for a key as a copy.
inline constexpr int kCopyKeysMin = 400;
inline constexpr int kDrainKeysMin = 100;
inline constexpr int kRoundKeysMax = 1000;
inline constexpr uint64_t kRoundBytesMax = 2 << 20;

// Keys per round, from `keys_min` to kRoundKeysMax. Starts small, doubles while a round takes less
// than half of the budget, shrinks in proportion when it takes more.
class Pacer {
 public:
  explicit Pacer(int keys_min, absl::Duration budget = absl::Milliseconds(5))
      : keys_min_(keys_min), budget_(budget) {}

  int keys() const { return keys_; }

  // `keys` keys were read from the source within `took`.
  void Report(int keys, absl::Duration took);

 private:
  const int keys_min_;
  const absl::Duration budget_;
  int keys_ = std::max(200, keys_min_);
};

// The keys of one slot; bytes as MEMORY USAGE estimates them.
struct SlotKeys {
  int slot = 0;
  std::vector<std::string> keys;
  std::vector<uint64_t> bytes;  // of each key
  uint64_t total_bytes = 0;
};

// How many of the first `slots` go into one window, by their bytes: at least one if there is any.
size_t FittingSlots(const std::vector<SlotKeys>& slots);

// The keys of `slot` from the `first` on that go into one batch: at most `keys_max` and
// kRoundBytesMax bytes, but at least one if there is any. A larger key goes alone.
std::vector<std::string> BatchOf(const SlotKeys& slot, size_t first, int keys_max);

// A slot that waits for its move, and how many keys it holds.
struct WaitingSlot {
  int slot = 0;
  uint64_t keys = 0;
};

// How many of the first `waiting` slots are opened together. A target with few slots gets few at
// first: clients learn of a new primary by the slots that it owns, and some can't follow an ASK
// redirection to a node that they don't know (redis-py). How many of them meet an open slot before
// a closed one is given by the share of slots that are open, at kClosedPerOpen some percent. 0 only
// when nothing waits.
int WindowSize(absl::Span<const WaitingSlot> waiting, int slots_of_target, int keys_max);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_PACER_H_
