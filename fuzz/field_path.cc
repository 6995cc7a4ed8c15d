#include "fuzz/field_path.h"

#include <charconv>
#include <string>

namespace redisop::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Takes "[…]" off the beginning; false when there is none. `index` is what stands between.
bool TakeIndex(std::string_view& text, std::string_view& index) {
  const size_t end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos) {
    return false;
  }
  index = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return true;
}

}  // namespace

bool NamesField(const Message& message, std::string_view error) {
  const Message* at = &message;
  while (true) {
    const size_t end = error.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_");
    const FieldDescriptor* field =
        at->GetDescriptor()->FindFieldByName(std::string(error.substr(0, end)));
    if (field == nullptr || end == std::string_view::npos) {
      return false;
    }
    error.remove_prefix(end);
    std::string_view index;
    int element = -1;
    if (TakeIndex(error, index)) {
      const auto [last, failure] =
          std::from_chars(index.data(), index.data() + index.size(), element);
      const bool there = failure == std::errc() && last == index.data() + index.size() &&
                         element >= 0 && field->is_repeated() &&
                         element < at->GetReflection()->FieldSize(*at, field);
      if (!there && !field->is_map()) {
        return false;
      }
    }
    if (error.starts_with(": ")) {
      return true;
    }
    if (!error.starts_with('.') || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
        field->is_repeated() != (element >= 0)) {
      return false;
    }
    error.remove_prefix(1);
    at = field->is_repeated() ? &at->GetReflection()->GetRepeatedMessage(*at, field, element)
                              : &at->GetReflection()->GetMessage(*at, field);
  }
}

}  // namespace redisop::fuzz
