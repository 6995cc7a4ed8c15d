#include "fuzz/message_mutator.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "fuzz/expect.h"

namespace redisop::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool IsText(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// The messages directly in `field` of `message`.
std::vector<Message*> MessagesIn(Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  std::vector<Message*> found;
  if (!IsMessage(*field)) {
    return found;
  }
  if (field->is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      found.push_back(reflection->MutableRepeatedMessage(&message, field, i));
    }
  } else if (reflection->HasField(message, field)) {
    found.push_back(reflection->MutableMessage(&message, field));
  }
  return found;
}

std::vector<std::string> TextsIn(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  std::vector<std::string> found;
  if (!IsText(*field)) {
    return found;
  }
  if (field->is_repeated()) {
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      found.push_back(reflection->GetRepeatedString(message, field, i));
    }
  } else if (reflection->HasField(message, field)) {
    found.push_back(reflection->GetString(message, field));
  }
  return found;
}

}  // namespace

MessageMutator::MessageMutator(uint64_t seed, BytesMutator mutate_bytes)
    : random_(seed), mutate_bytes_(std::move(mutate_bytes)) {}

void MessageMutator::Mutate(Message& message) {
  const size_t changes = 1 + Below(4);
  for (size_t i = 0; i < changes; ++i) {
    Survey(message);
    // Most fields are empty; without the second choice what is there would hardly change.
    Change(filled_.empty() || Below(3) == 0 ? Any(places_) : Any(filled_));
  }
}

void MessageMutator::Cross(const Message& other, Message& message) {
  const std::unique_ptr<Message> copy(other.New());
  copy->CopyFrom(other);
  Survey(*copy);
  std::vector<Message*> donors;
  for (const Place& place : filled_) {
    for (Message* donor : MessagesIn(*place.message, place.field)) {
      donors.push_back(donor);
    }
  }
  Survey(message);
  if (donors.empty()) {
    return;
  }
  const Message& donor = *Any(donors);
  std::vector<Place> fitting;
  for (const Place& place : places_) {
    if (IsMessage(*place.field) && place.field->message_type() == donor.GetDescriptor()) {
      fitting.push_back(place);
    }
  }
  if (fitting.empty()) {
    return;
  }
  const Place& place = Any(fitting);
  const Reflection* reflection = place.message->GetReflection();
  (place.field->is_repeated() ? reflection->AddMessage(place.message, place.field)
                              : reflection->MutableMessage(place.message, place.field))
      ->CopyFrom(donor);
}

void MessageMutator::Survey(Message& message) {
  places_.clear();
  filled_.clear();
  texts_.clear();
  std::vector<Message*> waiting = {&message};
  while (!waiting.empty()) {
    Message* at = waiting.back();
    waiting.pop_back();
    const Reflection* reflection = at->GetReflection();
    for (int i = 0; i < at->GetDescriptor()->field_count(); ++i) {
      const FieldDescriptor* field = at->GetDescriptor()->field(i);
      places_.push_back({at, field});
      if (field->is_repeated() ? reflection->FieldSize(*at, field) > 0
                               : reflection->HasField(*at, field)) {
        filled_.push_back({at, field});
      }
      for (Message* below : MessagesIn(*at, field)) {
        waiting.push_back(below);
      }
      for (std::string& text : TextsIn(*at, field)) {
        texts_.push_back(std::move(text));
      }
    }
  }
}

void MessageMutator::Change(const Place& place) {
  if (place.field->is_repeated()) {
    ChangeList(place);
  } else {
    ChangeSingle(place);
  }
}

void MessageMutator::ChangeList(const Place& place) {
  Message* message = place.message;
  const FieldDescriptor* field = place.field;
  const Reflection* reflection = message->GetReflection();
  Expect(IsText(*field) || IsMessage(*field), "lists hold texts or messages");
  const int size = reflection->FieldSize(*message, field);
  const auto any_index = [&] { return static_cast<int>(Below(static_cast<size_t>(size))); };
  switch (size == 0 ? 0 : Below(6)) {
    case 0:  // a new one
      if (IsText(*field)) {
        reflection->AddString(message, field, NextText(""));
      } else {
        ChangeAnyFieldOf(*reflection->AddMessage(message, field));
      }
      break;
    case 1: {  // another like one that is there
      const int index = any_index();
      if (IsText(*field)) {
        reflection->AddString(message, field,
                              NextText(reflection->GetRepeatedString(*message, field, index)));
      } else {
        Message* added = reflection->AddMessage(message, field);
        added->CopyFrom(reflection->GetRepeatedMessage(*message, field, index));
        ChangeAnyFieldOf(*added);
      }
      break;
    }
    case 2:
      reflection->SwapElements(message, field, any_index(), size - 1);
      reflection->RemoveLast(message, field);
      break;
    case 3:
      reflection->SwapElements(message, field, any_index(), any_index());
      break;
    default:
      ChangeElement(place, any_index());
  }
}

void MessageMutator::ChangeElement(const Place& place, int index) {
  const Reflection* reflection = place.message->GetReflection();
  if (IsText(*place.field)) {
    reflection->SetRepeatedString(
        place.message, place.field, index,
        NextText(reflection->GetRepeatedString(*place.message, place.field, index)));
  } else {
    ChangeAnyFieldOf(*reflection->MutableRepeatedMessage(place.message, place.field, index));
  }
}

void MessageMutator::ChangeAnyFieldOf(Message& message) {
  const auto fields = static_cast<size_t>(message.GetDescriptor()->field_count());
  if (fields > 0) {
    Change({&message, message.GetDescriptor()->field(static_cast<int>(Below(fields)))});
  }
}

void MessageMutator::ChangeSingle(const Place& place) {
  Message* to = place.message;
  const FieldDescriptor* field = place.field;
  const Reflection* at = to->GetReflection();
  if (at->HasField(*to, field) && Below(8) == 0) {
    at->ClearField(to, field);
    return;
  }
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return at->SetInt32(to, field, NextNumber(at->GetInt32(*to, field)));
    case FieldDescriptor::CPPTYPE_INT64:
      return at->SetInt64(to, field, NextNumber(at->GetInt64(*to, field)));
    case FieldDescriptor::CPPTYPE_UINT32:
      return at->SetUInt32(to, field, NextNumber(at->GetUInt32(*to, field)));
    case FieldDescriptor::CPPTYPE_UINT64:
      return at->SetUInt64(to, field, NextNumber(at->GetUInt64(*to, field)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return at->SetDouble(to, field, NextReal(at->GetDouble(*to, field)));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return at->SetFloat(to, field, static_cast<float>(NextReal(at->GetFloat(*to, field))));
    case FieldDescriptor::CPPTYPE_BOOL:
      return at->SetBool(to, field, !at->GetBool(*to, field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return at->SetEnumValue(to, field, NextEnum(*field));
    case FieldDescriptor::CPPTYPE_STRING:
      return at->SetString(to, field, NextText(at->GetString(*to, field)));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ChangeAnyFieldOf(*at->MutableMessage(to, field));
  }
}

template <typename Number>
Number MessageMutator::NextNumber(Number before) {
  using Limits = std::numeric_limits<Number>;
  const auto bits = static_cast<uint64_t>(before);
  switch (Below(8)) {
    case 0:
      return static_cast<Number>(bits + 1);
    case 1:
      return static_cast<Number>(bits - 1);
    case 2:  // the bounds of types and of the domain
      return Any<Number>({Limits::min(), Limits::max(), 64, 1000, 1001, 16383, 16384});
    case 3:
      return static_cast<Number>(bits ^ uint64_t{1} << Below(Limits::digits));
    default:
      return static_cast<Number>(Below(8));
  }
}

double MessageMutator::NextReal(double before) {
  using Limits = std::numeric_limits<double>;
  switch (Below(4)) {
    case 0:
      return before * 2;
    case 1:
      return before / 2;
    case 2:
      return static_cast<double>(Below(101));
    default:
      return Any<double>({-0.0, -1, 0.5, Limits::denorm_min(), Limits::max(), Limits::infinity(),
                          Limits::quiet_NaN()});
  }
}

int MessageMutator::NextEnum(const FieldDescriptor& field) {
  const auto values = static_cast<size_t>(field.enum_type()->value_count());
  const size_t index = Below(values + 1);
  return index < values ? field.enum_type()->value(static_cast<int>(index))->number() : 99;
}

std::string MessageMutator::NextText(const std::string& before) {
  const size_t way = Below(8);
  if (way == 0) {
    return "";
  }
  if (way <= 3 && !texts_.empty()) {
    const std::string& text = Any(texts_);
    return way == 3 ? before + " " + text : text;
  }
  std::string text = before;
  text.resize(std::max<size_t>(2 * before.size(), 16));
  text.resize(mutate_bytes_(reinterpret_cast<uint8_t*>(text.data()), before.size(), text.size()));
  for (char& c : text) {
    c = static_cast<char>(c & 0x7f);  // ASCII, so UTF-8
  }
  return text;
}

}  // namespace redisop::fuzz
