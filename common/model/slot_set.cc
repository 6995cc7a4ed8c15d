#include "common/model/slot_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
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

void SlotSet::Cover(size_t first, size_t end) {
  if (words_.empty()) {
    first_ = first;
  }
  if (end > this->end()) {
    words_.resize(end - first_);
  }
  if (first < first_) {
    words_.insert(words_.begin(), first_ - first, 0);
    first_ = first;
  }
}

void SlotSet::Trim() {
  const auto holds = [](uint64_t word) { return word != 0; };
  const auto last = std::find_if(words_.rbegin(), words_.rend(), holds);
  words_.erase(last.base(), words_.end());
  const auto first = std::find_if(words_.begin(), words_.end(), holds);
  first_ = words_.empty() ? 0 : first_ + static_cast<size_t>(first - words_.begin());
  words_.erase(words_.begin(), first);
}

bool SlotSet::Overlaps(const SlotSet& other) const {
  const size_t shared_end = std::min(end(), other.end());
  for (size_t word = std::max(first_, other.first_); word < shared_end; ++word) {
    if ((words_[word - first_] & other.words_[word - other.first_]) != 0) {
      return true;
    }
  }
  return false;
}

void SlotSet::Add(SlotRange range) {
  if (range.size() == 0) {
    return;
  }
  const auto first = static_cast<size_t>(range.first / kWordBits);
  const auto last = static_cast<size_t>((range.end - 1) / kWordBits);
  Cover(first, last + 1);
  for (size_t word = first; word <= last; ++word) {
    uint64_t bits = ~uint64_t{0};
    if (word == first) {
      bits &= ~uint64_t{0} << (range.first % kWordBits);
    }
    if (word == last) {
      bits &= ~uint64_t{0} >> (kWordBits - 1 - (range.end - 1) % kWordBits);
    }
    words_[word - first_] |= bits;
  }
}

void SlotSet::Add(const SlotSet& other) {
  if (other.empty()) {
    return;
  }
  Cover(other.first_, other.end());
  for (size_t i = 0; i < other.words_.size(); ++i) {
    words_[other.first_ - first_ + i] |= other.words_[i];
  }
}

void SlotSet::Remove(const SlotSet& other) {
  const size_t shared_end = std::min(end(), other.end());
  for (size_t word = std::max(first_, other.first_); word < shared_end; ++word) {
    words_[word - first_] &= ~other.words_[word - other.first_];
  }
  Trim();
}

SlotSet operator&(const SlotSet& a, const SlotSet& b) {
  SlotSet both;
  const size_t first = std::max(a.first_, b.first_);
  const size_t end = std::min(a.end(), b.end());
  if (first < end) {
    both.Cover(first, end);
    for (size_t word = first; word < end; ++word) {
      both.words_[word - first] = a.words_[word - a.first_] & b.words_[word - b.first_];
    }
    both.Trim();
  }
  return both;
}

int SlotSet::size() const {
  int count = 0;
  // Most words are empty or full, and not every machine that this is built for counts bits itself.
  for (const uint64_t word : words_) {
    count += word == 0 ? 0 : word == ~uint64_t{0} ? kWordBits : std::popcount(word);
  }
  return count;
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
    if (set.Overlaps(added)) {
      return MakeStatus(absl::StatusCode::kInvalidArgument,
                        fmt::format("'{}' names a slot twice", part));
    }
    set.Add(added);
  }
  return set;
}

std::vector<SlotRange> SlotSet::Ranges() const {
  std::vector<SlotRange> ranges;
  for (size_t i = 0; i < words_.size(); ++i) {
    const int word_first = static_cast<int>(first_ + i) * kWordBits;
    for (int bit = 0; bit < kWordBits;) {
      const uint64_t rest = words_[i] >> bit;
      if (rest == 0) {
        break;
      }
      bit += std::countr_zero(rest);
      const int run = std::countr_one(words_[i] >> bit);
      const int first = word_first + bit;
      if (!ranges.empty() && ranges.back().end == first) {
        ranges.back().end += run;
      } else {
        ranges.push_back({first, first + run});
      }
      bit += run;
    }
  }
  return ranges;
}

std::vector<int> SlotSet::Slots() const {
  std::vector<int> slots;
  slots.reserve(static_cast<size_t>(size()));
  for (const SlotRange& range : Ranges()) {
    for (int slot = range.first; slot < range.end; ++slot) {
      slots.push_back(slot);
    }
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
