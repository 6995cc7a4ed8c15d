#include "services/k8s-bridge/api/field_reader.h"

#include <fmt/format.h>

#include "nlohmann/json.hpp"

namespace redisop {
namespace {

using Json = nlohmann::json;

const Json& EmptyObject() {
  static const Json* const empty = new Json(Json::object());
  return *empty;
}

}  // namespace

FieldReader::FieldReader(const Json& object, std::string path, std::vector<std::string>& errors)
    : object_(object), path_(std::move(path)), errors_(errors) {}

const Json* FieldReader::Field(std::string_view name) const {
  auto at = object_.find(std::string(name));
  return at == object_.end() || at->is_null() ? nullptr : &*at;
}

bool FieldReader::Has(std::string_view name) const { return Field(name) != nullptr; }

FieldReader FieldReader::Object(std::string_view name) const {
  const Json* field = Field(name);
  if (field != nullptr && !field->is_object()) {
    Mistake(name, "must be an object");
    field = nullptr;
  }
  return FieldReader(field == nullptr ? EmptyObject() : *field, fmt::format("{}.{}", path_, name),
                     errors_);
}

void FieldReader::Int(std::string_view name, int min, int max, int& value) const {
  const Json* field = Field(name);
  if (field == nullptr) {
    return;
  }
  if (!field->is_number_integer()) {
    Mistake(name, "must be a whole number");
    return;
  }
  const int64_t number = field->get<int64_t>();
  if (number < min || number > max) {
    Mistake(name, fmt::format("must be {} to {}, is {}", min, max, number));
    return;
  }
  value = static_cast<int>(number);
}

void FieldReader::Bool(std::string_view name, bool& value) const {
  const Json* field = Field(name);
  if (field == nullptr) {
    return;
  }
  if (!field->is_boolean()) {
    Mistake(name, "must be true or false");
    return;
  }
  value = field->get<bool>();
}

void FieldReader::String(std::string_view name, std::string& value) const {
  const Json* field = Field(name);
  if (field == nullptr) {
    return;
  }
  if (!field->is_string()) {
    Mistake(name, "must be text");
    return;
  }
  value = field->get<std::string>();
}

void FieldReader::StringMap(std::string_view name,
                            std::map<std::string, std::string>& value) const {
  const Json* field = Field(name);
  if (field == nullptr) {
    return;
  }
  if (!field->is_object()) {
    Mistake(name, "must be an object");
    return;
  }
  for (const auto& [key, item] : field->items()) {
    if (item.is_structured() || item.is_null()) {
      Mistake(fmt::format("{}.{}", name, key), "must be text");
      continue;
    }
    value[key] = item.is_string() ? item.get<std::string>() : item.dump();
  }
}

void FieldReader::StringList(std::string_view name, std::vector<std::string>& value) const {
  const Json* field = Field(name);
  if (field == nullptr) {
    return;
  }
  if (field->is_string()) {
    value = {field->get<std::string>()};
    return;
  }
  if (!field->is_array()) {
    Mistake(name, "must be a list of texts");
    return;
  }
  for (const Json& item : *field) {
    if (!item.is_string()) {
      Mistake(name, "must be a list of texts");
      return;
    }
    value.push_back(item.get<std::string>());
  }
}

void FieldReader::Mistake(std::string_view name, std::string_view text) const {
  errors_.push_back(fmt::format("{}.{}: {}", path_, name, text));
}

}  // namespace redisop
