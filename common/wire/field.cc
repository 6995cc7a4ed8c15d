#include "common/wire/field.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "common/base/status.h"

namespace redisop::wire {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

}  // namespace

std::string FieldPath::Text() const {
  if (parent_ == nullptr) {
    return std::string(name_);
  }
  return index_ < 0 ? fmt::format("{}.{}", parent_->Text(), name_)
                    : fmt::format("{}[{}]", parent_->Text(), index_);
}

absl::Status BadField(const FieldPath& path, std::string_view what) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, fmt::format("{}: {}", path.Text(), what));
}

absl::Status CheckId(std::string_view id, const FieldPath& path) {
  if (id.empty()) {
    return BadField(path,
                    "missing; give the node's id, the first word of its line in CLUSTER NODES");
  }
  return CheckOptionalId(id, path);
}

absl::Status CheckOptionalId(std::string_view id, const FieldPath& path) {
  if (id.size() > kNameBytesMax) {
    return BadField(path,
                    fmt::format("{} bytes long, at most {} are allowed", id.size(), kNameBytesMax));
  }
  if (!std::all_of(id.begin(), id.end(), IsNameCharacter)) {
    return BadField(path,
                    "is neither a node id (40 lower-case hexadecimal digits) nor the name of "
                    "a pod (lower-case letters, digits, '-' and '.')");
  }
  return absl::OkStatus();
}

absl::Status CheckOptionalName(std::string_view name, const FieldPath& path) {
  if (name.size() > kNameBytesMax || !std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    return BadField(path, fmt::format("is no name; give at most {} lower-case letters, digits, '-' "
                                      "and '.'",
                                      kNameBytesMax));
  }
  return absl::OkStatus();
}

absl::Status CheckText(std::string_view text, size_t bytes_max, const FieldPath& path) {
  if (text.size() > bytes_max) {
    return BadField(path,
                    fmt::format("{} bytes long, at most {} are allowed", text.size(), bytes_max));
  }
  for (const char c : text) {
    if (IsControl(c)) {
      return BadField(path, "contains a control character; give plain text");
    }
  }
  return absl::OkStatus();
}

std::string CutText(std::string_view text, size_t bytes_max) {
  size_t end = std::min(text.size(), bytes_max);
  while (end > 0 && end < text.size() && (text[end] & 0xc0) == 0x80) {
    --end;  // inside a character of UTF-8
  }
  std::string plain(text.substr(0, end));
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return IsControl(c); }, ' ');
  return plain;
}

absl::Status CheckNumber(double number, double low, double high, const FieldPath& path) {
  if (!std::isfinite(number) || number < low || number > high) {
    return BadField(path, fmt::format("is {}; give a number from {} to {}", number, low, high));
  }
  return absl::OkStatus();
}

absl::StatusOr<SlotSet> ReadSlots(const std::string& text, const FieldPath& path) {
  if (text.size() > kSlotsBytesMax) {
    return BadField(
        path, fmt::format("{} bytes long, at most {} are allowed", text.size(), kSlotsBytesMax));
  }
  absl::StatusOr<SlotSet> slots = SlotSet::Parse(text);
  if (!slots.ok()) {
    const std::string message = MessageOf(slots.status());
    return CheckText(message, kTextBytesMax, path).ok()
               ? BadField(path, message + "; write ranges as CLUSTER NODES does: 0-99 200")
               : BadField(path, "is not a list of slots like 0-99 200");
  }
  return slots;
}

}  // namespace redisop::wire
