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

// Where a field stands in a message: "snapshot.nodes[3].slots". Messages have many thousand fields
// that are right, so the text is made only for an error. Refers to what it is made of, which must
// outlive it: use one within the expression that makes it, or keep each part.
//
//   CheckId(node.id(), path / "id")      CheckId(node.ids(i), (path / "ids")[i])
class FieldPath {
 public:
  FieldPath(std::string_view text) : name_(text) {}    // NOLINT(google-explicit-constructor)
  FieldPath(const std::string& text) : name_(text) {}  // NOLINT(google-explicit-constructor)
  FieldPath(const char* text) : name_(text) {}         // NOLINT(google-explicit-constructor)

  FieldPath operator/(std::string_view name) const { return {*this, name, -1}; }
  FieldPath operator[](int index) const { return {*this, {}, index}; }

  std::string Text() const;

 private:
  FieldPath(const FieldPath& parent, std::string_view name, int index)
      : parent_(&parent), name_(name), index_(index) {}

  const FieldPath* parent_ = nullptr;
  std::string_view name_;
  int index_ = -1;  // of an item; names have none
};

// kInvalidArgument "path: what".
absl::Status BadField(const FieldPath& path, std::string_view what);

// A node id (40 lower-case hexadecimal digits) or the name of a pod (lower-case letters, digits,
// '-' and '.').
absl::Status CheckId(std::string_view id, const FieldPath& path);

// The same for a field that may be empty.
absl::Status CheckOptionalId(std::string_view id, const FieldPath& path);

// A field that may be empty and holds a name that pods or parts of their names can have: lower-case
// letters, digits, '-' and '.'.
absl::Status CheckOptionalName(std::string_view name, const FieldPath& path);

// Text for people or from the outside world: bounded in length, no control characters.
absl::Status CheckText(std::string_view text, size_t bytes_max, const FieldPath& path);

// The beginning of a text of the outside world whose length is nobody's fault: whole characters,
// those that control a terminal as spaces.
std::string CutText(std::string_view text, size_t bytes_max);

// A finite number in [low, high].
absl::Status CheckNumber(double number, double low, double high, const FieldPath& path);

// Slots as text, with the path in the error.
absl::StatusOr<SlotSet> ReadSlots(const std::string& text, const FieldPath& path);

}  // namespace redisop::wire

#endif  // REDIS_OPERATOR_COMMON_WIRE_FIELD_H_
