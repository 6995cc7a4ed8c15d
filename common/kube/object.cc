#include "common/kube/object.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <cstring>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

namespace ondemand = simdjson::ondemand;

absl::Status JsonError(simdjson::error_code error, std::string_view where) {
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("{}: {}", where, simdjson::error_message(error)));
}

// The key as it stands in the text; none of the keys looked for has escapes.
std::string_view RawKey(ondemand::field& field) {
  const char* begin = field.key().raw();
  return {begin, static_cast<size_t>(std::strchr(begin, '"') - begin)};
}

absl::StatusOr<bool> IsNull(ondemand::value& value) {
  bool is_null = false;
  if (auto error = value.is_null().get(is_null)) {  // something else that begins with n
    return JsonError(error, "null");
  }
  return is_null;
}

// Each Read… takes null for "absent", as the API server does.
absl::Status Read(ondemand::value value, std::string& out) {
  ASSIGN_OR_RETURN(const bool is_null, IsNull(value));
  if (is_null) {
    return absl::OkStatus();
  }
  std::string_view text;
  if (auto error = value.get_string().get(text)) {
    return JsonError(error, "text");
  }
  out = text;
  return absl::OkStatus();
}

absl::Status Read(ondemand::value value, std::optional<absl::Time>& out) {
  std::string text;
  RETURN_IF_ERROR(Read(value, text));
  if (text.empty()) {
    return absl::OkStatus();
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return MakeStatus(absl::StatusCode::kInvalidArgument, fmt::format("time {}: {}", text, error));
  }
  out = time;
  return absl::OkStatus();
}

// Calls `each(field)` for the fields of an object, or not at all for null.
template <typename Each>
absl::Status ForEachField(ondemand::value value, std::string_view where, Each each) {
  ASSIGN_OR_RETURN(const bool is_null, IsNull(value));
  if (is_null) {
    return absl::OkStatus();
  }
  ondemand::object object;
  if (auto error = value.get_object().get(object)) {
    return JsonError(error, where);
  }
  for (auto result : object) {
    ondemand::field field;
    if (auto error = std::move(result).get(field)) {
      return JsonError(error, where);
    }
    RETURN_IF_ERROR(each(field));
  }
  return absl::OkStatus();
}

template <typename Each>
absl::Status ForEachElement(ondemand::value value, std::string_view where, Each each) {
  ASSIGN_OR_RETURN(const bool is_null, IsNull(value));
  if (is_null) {
    return absl::OkStatus();
  }
  ondemand::array array;
  if (auto error = value.get_array().get(array)) {
    return JsonError(error, where);
  }
  for (auto result : array) {
    ondemand::value element;
    if (auto error = std::move(result).get(element)) {
      return JsonError(error, where);
    }
    RETURN_IF_ERROR(each(element));
  }
  return absl::OkStatus();
}

absl::Status Read(ondemand::value value, std::map<std::string, std::string>& out) {
  return ForEachField(value, "labels or annotations", [&](ondemand::field& field) {
    std::string_view key_view;
    if (auto error = field.unescaped_key().get(key_view)) {
      return JsonError(error, "key");
    }
    std::string& slot = out[std::string(key_view)];
    return Read(field.value(), slot);
  });
}

absl::Status Read(ondemand::value value, bool& out) {
  ASSIGN_OR_RETURN(const bool is_null, IsNull(value));
  if (is_null) {
    return absl::OkStatus();
  }
  if (auto error = value.get_bool().get(out)) {
    return JsonError(error, "true or false");
  }
  return absl::OkStatus();
}

absl::Status Read(ondemand::value value, OwnerReference& out) {
  return ForEachField(value, "ownerReferences", [&](ondemand::field& field) -> absl::Status {
    const std::string_view key = RawKey(field);
    if (key == "apiVersion") return Read(field.value(), out.api_version);
    if (key == "kind") return Read(field.value(), out.kind);
    if (key == "name") return Read(field.value(), out.name);
    if (key == "uid") return Read(field.value(), out.uid);
    if (key == "controller") return Read(field.value(), out.controller);
    return absl::OkStatus();
  });
}

absl::Status ReadGeneration(ondemand::value value, int64_t& out) {
  if (auto error = value.get_int64().get(out)) {
    return JsonError(error, "generation");
  }
  return absl::OkStatus();
}

// One field of the metadata. The text of managedFields, key included, goes to `managed_fields`.
absl::Status ReadMetaField(ondemand::field& field, ObjectMeta& meta,
                           std::string_view& managed_fields) {
  const std::string_view key = RawKey(field);
  ondemand::value& value = field.value();
  if (key == "name") return Read(value, meta.name);
  if (key == "namespace") return Read(value, meta.namespace_name);
  if (key == "uid") return Read(value, meta.uid);
  if (key == "resourceVersion") return Read(value, meta.resource_version);
  if (key == "generation") return ReadGeneration(value, meta.generation);
  if (key == "labels") return Read(value, meta.labels);
  if (key == "annotations") return Read(value, meta.annotations);
  if (key == "creationTimestamp") return Read(value, meta.creation_time);
  if (key == "deletionTimestamp") return Read(value, meta.deletion_time);
  if (key == "ownerReferences") {
    return ForEachElement(
        value, key, [&](ondemand::value owner) { return Read(owner, meta.owners.emplace_back()); });
  }
  if (key == "finalizers") {
    return ForEachElement(value, key, [&](ondemand::value finalizer) {
      return Read(finalizer, meta.finalizers.emplace_back());
    });
  }
  if (key == "managedFields") {
    if (!managed_fields.empty()) {  // one would stay in the text
      return MakeStatus(absl::StatusCode::kInvalidArgument, "managedFields: given twice");
    }
    ondemand::array array;
    if (auto error = value.get_array().get(array)) {
      return JsonError(error, key);
    }
    std::string_view text;
    if (auto error = array.raw_json().get(text)) {
      return JsonError(error, key);
    }
    const char* begin = key.data() - 1;
    managed_fields = {begin, static_cast<size_t>(text.data() + text.size() - begin)};
  }
  return absl::OkStatus();
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// `json` without the member `cut` and the comma that belongs to it.
std::string Without(std::string_view json, std::string_view cut) {
  size_t begin = static_cast<size_t>(cut.data() - json.data());
  size_t end = begin + cut.size();
  while (end < json.size() && IsSpace(json[end])) ++end;
  if (end < json.size() && json[end] == ',') {
    ++end;
  } else {
    while (begin > 0 && IsSpace(json[begin - 1])) --begin;
    if (begin > 0 && json[begin - 1] == ',') --begin;
  }
  std::string result;
  result.reserve(json.size() - (end - begin));
  result.append(json.substr(0, begin)).append(json.substr(end));
  return result;
}

absl::Status ReadTopField(ondemand::field& field, KubeObject& object,
                          std::string_view& managed_fields) {
  const std::string_view key = RawKey(field);
  if (key == "apiVersion") return Read(field.value(), object.api_version);
  if (key == "kind") return Read(field.value(), object.kind);
  if (key == "metadata") {
    return ForEachField(field.value(), key, [&](ondemand::field& inner) {
      return ReadMetaField(inner, object.meta, managed_fields);
    });
  }
  return absl::OkStatus();
}

}  // namespace

const OwnerReference* ObjectMeta::Controller() const {
  for (const OwnerReference& owner : owners) {
    if (owner.controller) {
      return &owner;
    }
  }
  return nullptr;
}

std::string KubeObject::Key() const { return ObjectKey(meta.namespace_name, meta.name); }

std::string ObjectKey(std::string_view namespace_name, std::string_view name) {
  return namespace_name.empty() ? std::string(name) : fmt::format("{}/{}", namespace_name, name);
}

absl::StatusOr<KubeObject> ParseObject(std::string_view json) {
  thread_local ondemand::parser parser;
  const simdjson::padded_string padded(json);
  ondemand::document document;
  if (auto error = parser.iterate(padded).get(document)) {
    return JsonError(error, "object");
  }
  ondemand::object fields;
  if (auto error = document.get_object().get(fields)) {
    return JsonError(error, "object");
  }
  KubeObject object;
  std::string_view managed_fields;
  for (auto result : fields) {
    ondemand::field field;
    if (auto error = std::move(result).get(field)) {
      return JsonError(error, "object");
    }
    if (absl::Status status = ReadTopField(field, object, managed_fields); !status.ok()) {
      return Annotate(status, "object");
    }
  }
  const std::string_view text(padded);
  object.json = managed_fields.empty() ? std::string(text) : Without(text, managed_fields);
  return object;
}

int CompareResourceVersions(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) {
    return a.size() < b.size() ? -1 : 1;
  }
  return a.compare(b);
}

}  // namespace redisop
