// What writes do to the objects of the in-memory API server.

#include <algorithm>

#include "absl/time/time.h"
#include "common/testing/fake_kube_state.h"

namespace redisop {
namespace {

using nlohmann::json;

// What generation counts: everything but metadata and status.
json Wanted(json object) {
  object.erase("metadata");
  object.erase("status");
  return object;
}

json WithoutVersion(json object) {
  object["metadata"].erase("resourceVersion");
  return object;
}

bool HasFinalizers(const json& object) {
  return !object.value("/metadata/finalizers"_json_pointer, json::array()).empty();
}

bool IsBeingDeleted(const json& object) {
  return object.at("metadata").contains("deletionTimestamp");
}

// Leaves of an intent by JSON pointer; lists are leaves, identity is none.
void CollectLeaves(const json& at, const std::string& pointer,
                   std::map<std::string, json>& leaves) {
  static const std::vector<std::string> kIdentity = {"/apiVersion", "/kind", "/metadata/name",
                                                     "/metadata/namespace"};
  if (std::find(kIdentity.begin(), kIdentity.end(), pointer) != kIdentity.end()) {
    return;
  }
  if (!at.is_object() || at.empty()) {
    leaves[pointer] = at;
    return;
  }
  for (const auto& [key, value] : at.items()) {
    CollectLeaves(value, (json::json_pointer(pointer) / key).to_string(), leaves);
  }
}

}  // namespace

absl::StatusOr<FakeKubeApi::Stored*> FakeKubeApi::Find(const ResourcePath& path) {
  auto& objects = state_->collections[FakeCollection(path)];
  const auto found = objects.find(FakeKey(path));
  if (found == objects.end()) {
    return FakeNotFound(path);
  }
  return &found->second;
}

void FakeKubeApi::Commit(const ResourcePath& path, Json before, Json& after) {
  ++version_;
  const std::string version = std::to_string(version_);
  Json last = after.is_null() ? Json() : after;
  if (after.is_null()) {
    before["metadata"]["resourceVersion"] = version;
  } else {
    after["metadata"]["resourceVersion"] = version;
    last = after;
  }
  state_->history.push_back({.version = version_,
                             .collection = FakeCollection(path),
                             .before = std::move(before),
                             .after = std::move(last)});
}

absl::StatusOr<nlohmann::json> FakeKubeApi::Insert(const ResourcePath& path, Json object) {
  Json& meta = object["metadata"];
  const ResourcePath named = [&] {
    ResourcePath result = path;
    result.name = meta.value("name", "");
    return result;
  }();
  if (named.name.empty()) {
    return FakeError(422, "Invalid", "metadata.name: Required value");
  }
  if (Find(named).ok()) {
    return FakeError(409, "AlreadyExists",
                     fmt::format("{} \"{}\" already exists", path.plural, named.name));
  }
  if (!path.namespace_name.empty()) {
    meta["namespace"] = path.namespace_name;
  }
  meta["uid"] = fmt::format("00000000-0000-4000-8000-{:012x}", ++last_uid_);
  meta["generation"] = 1;
  meta["creationTimestamp"] =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", clock_.Now(), absl::UTCTimeZone());
  meta.erase("deletionTimestamp");
  object.erase("status");
  Commit(named, Json(), object);
  state_->collections[FakeCollection(path)][FakeKey(named)] = {.object = object, .applied = {}};
  return object;
}

absl::StatusOr<nlohmann::json> FakeKubeApi::Replace(const ResourcePath& path, Json object) {
  ASSIGN_OR_RETURN(Stored * stored, Find(path));
  const Json before = stored->object;
  Json& meta = object["metadata"];
  const std::string version = meta.value("resourceVersion", "");
  const std::string uid = meta.value("uid", "");
  if ((!version.empty() && version != FakeText(before, "/metadata/resourceVersion")) ||
      (!uid.empty() && uid != FakeText(before, "/metadata/uid"))) {
    return FakeError(409, "Conflict", "the object has been modified");
  }
  if (path.subresource == "status") {
    Json status = object.value("status", Json());
    object = before;
    if (status.is_null()) {
      object.erase("status");
    } else {
      object["status"] = std::move(status);
    }
  } else {
    for (const char* kept : {"name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
                             "deletionGracePeriodSeconds", "generation"}) {
      meta.erase(kept);
      if (before["metadata"].contains(kept)) {
        meta[kept] = before["metadata"][kept];
      }
    }
    object.erase("status");
    if (before.contains("status")) {
      object["status"] = before["status"];
    }
  }
  if (WithoutVersion(object) == WithoutVersion(before)) {
    return before;
  }
  if (Wanted(object) != Wanted(before)) {
    object["metadata"]["generation"] = before["metadata"].value("generation", 0) + 1;
  }
  if (IsBeingDeleted(object) && !HasFinalizers(object)) {
    Remove(path, before);
    return object;
  }
  Commit(path, before, object);
  stored->object = object;
  return object;
}

void FakeKubeApi::Remove(const ResourcePath& path, Json before) {
  Json gone;
  Commit(path, std::move(before), gone);
  state_->collections[FakeCollection(path)].erase(FakeKey(path));
}

absl::StatusOr<nlohmann::json> FakeKubeApi::CreateSubresource(const ResourcePath& path,
                                                              const Json& body) {
  if (path.subresource == "eviction") {
    RETURN_IF_ERROR(DeleteLocked(path, {}));
    return Json{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}};
  }
  if (path.subresource == "binding") {
    ASSIGN_OR_RETURN(Stored * stored, Find(path));
    Json bound = stored->object;
    bound["spec"]["nodeName"] = FakeText(body, "/target/name");
    ResourcePath main = path;
    main.subresource.clear();
    RETURN_IF_ERROR(Replace(main, std::move(bound)).status());
    return Json{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}};
  }
  return FakeError(404, "NotFound", "no such subresource: " + path.subresource);
}

absl::StatusOr<nlohmann::json> FakeKubeApi::ApplyLocked(const ResourcePath& path,
                                                        const Json& intent,
                                                        const ApplyOptions& options) {
  std::map<std::string, Json> leaves;
  CollectLeaves(intent, "", leaves);
  absl::StatusOr<Stored*> stored = Find(path);
  if (!stored.ok()) {
    ASSIGN_OR_RETURN(Json created, Insert(path, intent));
    ASSIGN_OR_RETURN(Stored * fresh, Find(path));
    fresh->applied[options.field_manager] = std::move(leaves);
    return created;
  }
  std::map<std::string, std::map<std::string, Json>>& applied = (*stored)->applied;
  for (auto& [manager, theirs] : applied) {
    for (const auto& [pointer, value] : leaves) {
      const auto same = theirs.find(pointer);
      if (manager == options.field_manager || same == theirs.end() || same->second == value) {
        continue;
      }
      if (!options.force) {
        return FakeError(409, "Conflict", fmt::format("conflict with \"{}\": {}", manager, pointer),
                         "FieldManagerConflict");
      }
      theirs.erase(same);
    }
  }
  Json merged = (*stored)->object;
  merged["metadata"].erase("resourceVersion");
  for (const auto& [pointer, value] : applied[options.field_manager]) {
    const Json::json_pointer at(pointer);
    const bool owned_elsewhere =
        std::any_of(applied.begin(), applied.end(), [&](const auto& entry) {
          return entry.first != options.field_manager && entry.second.contains(pointer);
        });
    if (!leaves.contains(pointer) && !owned_elsewhere && merged.contains(at)) {
      merged[at.parent_pointer()].erase(at.back());
    }
  }
  for (const auto& [pointer, value] : leaves) {
    merged[Json::json_pointer(pointer)] = value;
  }
  applied[options.field_manager] = std::move(leaves);
  return Replace(path, std::move(merged));
}

absl::Status FakeKubeApi::DeleteLocked(const ResourcePath& path, const DeleteOptions& options) {
  ASSIGN_OR_RETURN(Stored * stored, Find(path));
  const Json before = stored->object;
  if ((!options.uid.empty() && options.uid != FakeText(before, "/metadata/uid")) ||
      (!options.resource_version.empty() &&
       options.resource_version != FakeText(before, "/metadata/resourceVersion"))) {
    return FakeError(409, "Conflict", "the precondition does not hold");
  }
  const bool runs_somewhere = path.plural == "pods" &&
                              !FakeText(before, "/spec/nodeName").empty() &&
                              options.grace_period_seconds.value_or(1) > 0;
  if (!HasFinalizers(before) && !runs_somewhere) {
    Remove(path, before);
    return absl::OkStatus();
  }
  if (IsBeingDeleted(before)) {
    return absl::OkStatus();
  }
  const int64_t grace = runs_somewhere
                            ? options.grace_period_seconds.value_or(before.value(
                                  "/spec/terminationGracePeriodSeconds"_json_pointer, int64_t{30}))
                            : 0;
  Json marked = before;
  marked["metadata"]["deletionTimestamp"] = absl::FormatTime(
      "%Y-%m-%dT%H:%M:%SZ", clock_.Now() + absl::Seconds(grace), absl::UTCTimeZone());
  marked["metadata"]["deletionGracePeriodSeconds"] = grace;
  Commit(path, before, marked);
  stored->object = marked;
  return absl::OkStatus();
}

}  // namespace redisop
