#include "common/model/slot_set.h"

#include <fmt/format.h>

#include <charconv>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

absl::StatusOr<int> ParseSlot(std::string_view text, std::string_view part) {
  int slot = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), slot);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("'{}' is not a slot or a range like 0-99", part));
  }
  if (slot < 0 || slot >= kSlotCount) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("'{}': slots run from 0 to {}", part, kSlotCount - 1));
  }
  return slot;
}

absl::StatusOr<SlotRange> ParseRange(std::string_view part) {
  const size_t dash = part.find('-');
  if (dash == std::string_view::npos) {
    ASSIGN_OR_RETURN(const int slot, ParseSlot(part, part));
    return SlotRange{slot, slot + 1};
  }
  ASSIGN_OR_RETURN(const int first, ParseSlot(part.substr(0, dash), part));
  ASSIGN_OR_RETURN(const int last, ParseSlot(part.substr(dash + 1), part));
  if (last < first) {
    return MakeStatus(absl::StatusCode::kInvalidArgument, fmt::format("'{}' runs backwards", part));
  }
  return SlotRange{first, last + 1};
}

}  // namespace

SlotSet SlotSet::All() { return SlotSet(SlotRange{0, kSlotCount}); }

void SlotSet::Add(SlotRange range) {
  for (int slot = range.first; slot < range.end; ++slot) {
    Add(slot);
  }
}

absl::StatusOr<SlotSet> SlotSet::Parse(std::string_view text) {
  SlotSet set;
  size_t at = 0;
  while (at < text.size()) {
    const size_t start = text.find_first_not_of(" ,", at);
    if (start == std::string_view::npos) {
      break;
    }
    at = std::min(text.find_first_of(" ,", start), text.size());
    const std::string_view part = text.substr(start, at - start);
    ASSIGN_OR_RETURN(const SlotRange range, ParseRange(part));
    const SlotSet added(range);
    if (!(set & added).empty()) {
      return MakeStatus(absl::StatusCode::kInvalidArgument,
                        fmt::format("'{}' names a slot twice", part));
    }
    set.Add(added);
  }
  return set;
}

std::vector<SlotRange> SlotSet::Ranges() const {
  std::vector<SlotRange> ranges;
  for (size_t slot = bits_._Find_first(); slot < kSlotCount; slot = bits_._Find_next(slot)) {
    const int number = static_cast<int>(slot);
    if (!ranges.empty() && ranges.back().end == number) {
      ++ranges.back().end;
    } else {
      ranges.push_back({number, number + 1});
    }
  }
  return ranges;
}

std::vector<int> SlotSet::Slots() const {
  std::vector<int> slots;
  slots.reserve(bits_.count());
  for (size_t slot = bits_._Find_first(); slot < kSlotCount; slot = bits_._Find_next(slot)) {
    slots.push_back(static_cast<int>(slot));
  }
  return slots;
}

std::string SlotSet::ToString() const {
  std::string text;
  for (const SlotRange& range : Ranges()) {
    if (!text.empty()) {
      text += ' ';
    }
    text += range.size() == 1 ? fmt::format("{}", range.first)
                              : fmt::format("{}-{}", range.first, range.end - 1);
  }
  return text;
}

}  // namespace redisop
