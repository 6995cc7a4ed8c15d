#include "common/kube/wire_decode.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <memory>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/kube/api_error.h"

namespace redisop {
namespace {

namespace ondemand = simdjson::ondemand;

absl::Status Unreadable(std::string_view what, simdjson::error_code error) {
  return MakeStatus(absl::StatusCode::kInternal,
                    fmt::format("{} cannot be read: {}", what, simdjson::error_message(error)));
}

// Leaves `out` alone when the field is missing.
absl::Status ReadText(ondemand::object& meta, std::string_view key, std::string& out) {
  std::string_view text;
  const simdjson::error_code error = meta.find_field_unordered(key).get_string().get(text);
  if (error == simdjson::NO_SUCH_FIELD) {
    return absl::OkStatus();
  }
  if (error) {  // after which nothing more may be read
    return Unreadable("list metadata", error);
  }
  out = text;
  return absl::OkStatus();
}

absl::Status ReadListMeta(ondemand::value value, ObjectList& list) {
  ondemand::object meta;
  if (auto error = value.get_object().get(meta)) {
    return Unreadable("list metadata", error);
  }
  RETURN_IF_ERROR(ReadText(meta, "resourceVersion", list.resource_version));
  return ReadText(meta, "continue", list.continue_token);
}

absl::Status ReadItems(ondemand::value value, ObjectList& list) {
  bool is_null = false;
  if (auto error = value.is_null().get(is_null)) {
    return Unreadable("items", error);
  }
  if (is_null) {
    return absl::OkStatus();
  }
  ondemand::array items;
  if (auto error = value.get_array().get(items)) {
    return Unreadable("items", error);
  }
  for (auto element : items) {
    ondemand::object item;
    if (auto error = element.get_object().get(item)) {
      return Unreadable("item", error);
    }
    std::string_view text;
    if (auto error = item.raw_json().get(text)) {
      return Unreadable("item", error);
    }
    ASSIGN_OR_RETURN(KubeObject object, ParseObject(text));
    list.items.push_back(std::make_shared<const KubeObject>(std::move(object)));
  }
  return absl::OkStatus();
}

absl::StatusOr<WatchEvent> MakeEvent(std::string_view type, std::string_view json) {
  if (type == "ERROR") {
    return StatusFromErrorEvent(json);
  }
  WatchEvent event;
  if (type == "ADDED") {
    event.type = WatchEvent::Type::kAdded;
  } else if (type == "MODIFIED") {
    event.type = WatchEvent::Type::kModified;
  } else if (type == "DELETED") {
    event.type = WatchEvent::Type::kDeleted;
  } else if (type == "BOOKMARK") {
    event.type = WatchEvent::Type::kBookmark;
  } else {
    return MakeStatus(absl::StatusCode::kInternal, fmt::format("watch event of type {}", type));
  }
  absl::StatusOr<KubeObject> object = ParseObject(json);
  if (!object.ok()) {
    return MakeStatus(absl::StatusCode::kInternal, MessageOf(object.status()));
  }
  event.object = std::make_shared<const KubeObject>(*std::move(object));
  return event;
}

}  // namespace

absl::StatusOr<ObjectList> DecodeList(std::string_view body) {
  // Not thread_local: it would keep the memory of the longest list ever seen.
  ondemand::parser parser;
  const simdjson::padded_string padded(body);
  ondemand::document document;
  ondemand::object fields;
  if (auto error = parser.iterate(padded).get(document)) {
    return Unreadable("list", error);
  }
  if (auto error = document.get_object().get(fields)) {
    return Unreadable("list", error);
  }
  ObjectList list;
  bool has_items = false;
  for (auto result : fields) {
    ondemand::field field;
    if (auto error = std::move(result).get(field)) {
      return Unreadable("list", error);
    }
    if (field.key() == "metadata") {
      RETURN_IF_ERROR(ReadListMeta(field.value(), list));
    } else if (field.key() == "items") {
      has_items = true;
      RETURN_IF_ERROR(ReadItems(field.value(), list));
    }
  }
  if (!has_items) {
    return MakeStatus(absl::StatusCode::kInternal, "the answer is not a list: it has no items");
  }
  return list;
}

absl::StatusOr<WatchEvent> DecodeWatchEvent(std::string_view frame) {
  thread_local ondemand::parser parser;
  const simdjson::padded_string padded(frame);
  ondemand::document document;
  if (auto error = parser.iterate(padded).get(document)) {
    return Unreadable("watch event", error);
  }
  std::string_view type_view;
  if (auto error = document["type"].get_string().get(type_view)) {
    return Unreadable("watch event", error);
  }
  const std::string type(type_view);
  ondemand::object object;
  if (auto error = document["object"].get_object().get(object)) {
    return Unreadable("watch event", error);
  }
  std::string_view json;
  if (auto error = object.raw_json().get(json)) {
    return Unreadable("watch event", error);
  }
  return MakeEvent(type, json);
}

absl::Status FrameSplitter::Feed(std::string_view bytes,
                                 const std::function<absl::Status(std::string_view)>& frame) {
  while (!bytes.empty()) {
    const size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    if (partial_.size() + piece.size() > frame_bytes_max_) {
      return MakeStatus(absl::StatusCode::kInternal,
                        fmt::format("a watch event is longer than {} bytes", frame_bytes_max_));
    }
    if (end == std::string_view::npos) {
      partial_.append(piece);
      return absl::OkStatus();
    }
    bytes.remove_prefix(end + 1);
    absl::Status status = absl::OkStatus();
    if (partial_.empty()) {
      status = piece.empty() ? absl::OkStatus() : frame(piece);
    } else {
      partial_.append(piece);
      status = frame(partial_);
      partial_.clear();
    }
    RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

}  // namespace redisop
