// A set of hash slots.
//
// Value type; const methods may be called from several threads. Text form is that of CLUSTER NODES:
// "0-5460 10923".

#ifndef REDIS_OPERATOR_COMMON_MODEL_SLOT_SET_H_
#define REDIS_OPERATOR_COMMON_MODEL_SLOT_SET_H_

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace redisop {

inline constexpr int kSlotCount = 16384;

// Slots first … end-1. Text shows both ends inclusive.
struct SlotRange {
  int first = 0;
  int end = 0;
  int size() const { return end - first; }
  friend bool operator==(const SlotRange&, const SlotRange&) = default;
};

class SlotSet {
 public:
  SlotSet() = default;

  // The slots of one range. Requires: 0 <= range.first <= range.end <= kSlotCount.
  explicit SlotSet(SlotRange range) { Add(range); }

  // All 16384.
  static SlotSet All();

  // Reads "0-99 200 300-310" (spaces or commas between). kInvalidArgument names the part that is
  // wrong: not a number, above 16383, a range that runs backwards, or a slot that is named twice.
  static absl::StatusOr<SlotSet> Parse(std::string_view text);

  bool Contains(int slot) const { return bits_[static_cast<size_t>(slot)]; }
  void Add(int slot) { bits_.set(static_cast<size_t>(slot)); }
  void Add(SlotRange range);
  void Add(const SlotSet& other) { bits_ |= other.bits_; }
  void Remove(int slot) { bits_.reset(static_cast<size_t>(slot)); }
  void Remove(const SlotSet& other) { bits_ &= ~other.bits_; }

  int size() const { return static_cast<int>(bits_.count()); }
  bool empty() const { return bits_.none(); }

  // The slots as ascending, maximal ranges: adjacent ranges are joined.
  std::vector<SlotRange> Ranges() const;

  // The slots in ascending order.
  std::vector<int> Slots() const;

  // As CLUSTER NODES writes it; empty text for the empty set.
  std::string ToString() const;

  friend SlotSet operator&(const SlotSet& a, const SlotSet& b) {
    return SlotSet(a.bits_ & b.bits_);
  }
  friend SlotSet operator|(const SlotSet& a, const SlotSet& b) {
    return SlotSet(a.bits_ | b.bits_);
  }
  // The slots of `a` that are not in `b`.
  friend SlotSet operator-(const SlotSet& a, const SlotSet& b) {
    return SlotSet(a.bits_ & ~b.bits_);
  }
  friend bool operator==(const SlotSet&, const SlotSet&) = default;

 private:
  explicit SlotSet(const std::bitset<kSlotCount>& bits) : bits_(bits) {}

  std::bitset<kSlotCount> bits_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_MODEL_SLOT_SET_H_
