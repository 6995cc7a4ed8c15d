// What the converters share: errors with the path of the field, and checks of single fields.

#ifndef REDIS_OPERATOR_COMMON_WIRE_FIELD_H_
#define REDIS_OPERATOR_COMMON_WIRE_FIELD_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/model/slot_set.h"

namespace redisop::wire {

// Longest name or id, longest line of text, in bytes.
inline constexpr size_t kNameBytesMax = 253;
inline constexpr size_t kTextBytesMax = 4096;
inline constexpr size_t kSlotsBytesMax = 128 << 10;

// kInvalidArgument "path: what".
absl::Status BadField(std::string_view path, std::string_view what);

// A node id (40 lower-case hexadecimal digits) or the name of a pod (lower-case letters, digits,
// '-' and '.').
absl::Status CheckId(std::string_view id, std::string_view path);

// The same for a field that may be empty.
absl::Status CheckOptionalId(std::string_view id, std::string_view path);

// A field that may be empty and holds a name that pods or parts of their names can have: lower-case
// letters, digits, '-' and '.'.
absl::Status CheckOptionalName(std::string_view name, std::string_view path);

// Text for people or from the outside world: bounded in length, no control characters.
absl::Status CheckText(std::string_view text, size_t bytes_max, std::string_view path);

// The beginning of a text of the outside world whose length is nobody's fault; whole characters.
std::string CutText(std::string_view text, size_t bytes_max);

// A finite number in [low, high].
absl::Status CheckNumber(double number, double low, double high, std::string_view path);

// Slots as text, with the path in the error.
absl::StatusOr<SlotSet> ReadSlots(const std::string& text, std::string_view path);

}  // namespace redisop::wire

#endif  // REDIS_OPERATOR_COMMON_WIRE_FIELD_H_
