// A set of hash slots.
//
// Value type; const methods may be called from several threads. Text form is that of CLUSTER NODES:
// "0-5460 10923". Takes memory and time for the span between its first and its last slot, in steps
// of 64: a few bytes for the share of one of many shards, 2 KiB at most.

#ifndef REDIS_OPERATOR_COMMON_MODEL_SLOT_SET_H_
#define REDIS_OPERATOR_COMMON_MODEL_SLOT_SET_H_

#include <cstddef>
#include <cstdint>
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

  bool Contains(int slot) const {
    const size_t word = static_cast<size_t>(slot / kWordBits) - first_;
    return word < words_.size() && (words_[word] >> (slot % kWordBits) & 1) != 0;
  }
  // True when the two have a slot in common.
  bool Overlaps(const SlotSet& other) const;
  void Add(int slot) { Add(SlotRange{slot, slot + 1}); }
  void Add(SlotRange range);
  void Add(const SlotSet& other);
  void Remove(int slot) { Remove(SlotSet(SlotRange{slot, slot + 1})); }
  void Remove(const SlotSet& other);

  int size() const;
  bool empty() const { return words_.empty(); }

  // The slots as ascending, maximal ranges: adjacent ranges are joined.
  std::vector<SlotRange> Ranges() const;

  // The slots in ascending order.
  std::vector<int> Slots() const;

  // As CLUSTER NODES writes it; empty text for the empty set.
  std::string ToString() const;

  friend SlotSet operator&(const SlotSet& a, const SlotSet& b);
  friend SlotSet operator|(SlotSet a, const SlotSet& b) {
    a.Add(b);
    return a;
  }
  // The slots of `a` that are not in `b`.
  friend SlotSet operator-(SlotSet a, const SlotSet& b) {
    a.Remove(b);
    return a;
  }
  friend bool operator==(const SlotSet&, const SlotSet&) = default;

 private:
  static constexpr int kWordBits = 64;

  size_t end() const { return first_ + words_.size(); }
  // Makes words first … end-1 part of the span.
  void Cover(size_t first, size_t end);
  // Drops words without slots from both ends.
  void Trim();

  // The bit map's words first_ … end()-1; the first and the last of them hold slots. All others
  // hold none. 0 for the empty set, so that equal sets are equal members.
  size_t first_ = 0;
  std::vector<uint64_t> words_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_MODEL_SLOT_SET_H_
