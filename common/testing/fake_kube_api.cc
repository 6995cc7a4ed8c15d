#include "common/testing/fake_kube_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/time/time.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/kube/api_error.h"
#include "common/testing/selector_match.h"

namespace redisop {
namespace {

using nlohmann::json;

std::string CollectionOf(const ResourcePath& path) { return path.group + "/" + path.plural; }

std::string KeyOf(const ResourcePath& path) { return ObjectKey(path.namespace_name, path.name); }

absl::Status Error(int code, std::string reason, const std::string& message,
                   std::string cause = "") {
  return MakeApiStatus({.http_code = code,
                        .reason = std::move(reason),
                        .cause = std::move(cause),
                        .retry_after = std::nullopt},
                       message);
}

absl::Status NotFound(const ResourcePath& path) {
  return Error(404, "NotFound", fmt::format("{} \"{}\" not found", path.plural, path.name));
}

absl::StatusOr<KubeObject> ToObject(const absl::StatusOr<json>& object) {
  RETURN_IF_ERROR(object.status());
  return ParseObject(object->dump());
}

absl::StatusOr<json> ParseBody(std::string_view text) {
  json body = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (body.is_discarded()) {
    return Error(400, "BadRequest", "the body is not JSON");
  }
  return body;
}

std::string TextAt(const json& object, const char* pointer) {
  return object.value(json::json_pointer(pointer), "");
}

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

struct FakeKubeApi::Stored {
  Json object;
  std::map<std::string, std::map<std::string, Json>> applied;  // manager -> leaf -> value
};

struct FakeChange {
  int64_t version = 0;
  std::string collection;  // "apps/deployments"
  json before;             // null: was not there
  json after;              // null: is gone
};

struct FakeKubeApi::State {
  std::map<std::string, std::map<std::string, Stored>> collections;
  std::deque<FakeChange> history;
};

// Takes its watcher out; waits for a running delivery.
class FakeKubeApi::Handle final : public WatchHandle {
 public:
  Handle(FakeKubeApi& api, std::shared_ptr<Watcher> watcher)
      : api_(api), watcher_(std::move(watcher)) {}
  ~Handle() override {
    absl::MutexLock delivery(&api_.delivery_);
    absl::MutexLock lock(&api_.mutex_);
    std::erase(api_.watchers_, watcher_);
  }

 private:
  FakeKubeApi& api_;
  const std::shared_ptr<Watcher> watcher_;
};

FakeKubeApi::FakeKubeApi(const Clock& clock) : clock_(clock), state_(std::make_unique<State>()) {}
FakeKubeApi::~FakeKubeApi() = default;

absl::Status FakeKubeApi::Ask(std::string_view verb, const ResourcePath& path, bool committed) {
  std::function<absl::Status(const FakeKubeCall&)> fault;
  {
    absl::MutexLock lock(&mutex_);
    fault = fault_;
  }
  return fault ? fault({.verb = std::string(verb), .path = path, .committed = committed})
               : absl::OkStatus();
}

absl::StatusOr<KubeObject> FakeKubeApi::Write(std::string_view verb, const ResourcePath& path,
                                              const std::function<absl::StatusOr<Json>()>& write) {
  RETURN_IF_ERROR(Ask(verb, path, /*committed=*/false));
  absl::StatusOr<Json> result = Json();
  bool automatic = false;
  {
    absl::MutexLock lock(&mutex_);
    result = write();
    automatic = automatic_;
  }
  if (automatic) {
    Deliver();
  }
  if (result.ok()) {
    RETURN_IF_ERROR(Ask(verb, path, /*committed=*/true));
  }
  return ToObject(result);
}

absl::StatusOr<FakeKubeApi::Stored*> FakeKubeApi::Find(const ResourcePath& path) {
  auto& objects = state_->collections[CollectionOf(path)];
  const auto found = objects.find(KeyOf(path));
  if (found == objects.end()) {
    return NotFound(path);
  }
  return &found->second;
}

absl::StatusOr<KubeObject> FakeKubeApi::Get(const ResourcePath& path, absl::Duration) {
  RETURN_IF_ERROR(Ask("get", path, /*committed=*/false));
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(Stored * stored, Find(path));
  return ToObject(stored->object);
}

absl::StatusOr<ObjectList> FakeKubeApi::List(const ResourcePath& path, const ListOptions& options,
                                             absl::Duration) {
  RETURN_IF_ERROR(Ask("list", path, /*committed=*/false));
  absl::MutexLock lock(&mutex_);
  ObjectList list;
  list.resource_version = std::to_string(version_);
  for (const auto& [key, stored] : state_->collections[CollectionOf(path)]) {
    const bool here = path.namespace_name.empty() ||
                      TextAt(stored.object, "/metadata/namespace") == path.namespace_name;
    if (here && Matches(stored.object, options.selector)) {
      ASSIGN_OR_RETURN(KubeObject object, ToObject(stored.object));
      list.items.push_back(std::make_shared<const KubeObject>(std::move(object)));
    }
  }
  return list;
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
                             .collection = CollectionOf(path),
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
    return Error(422, "Invalid", "metadata.name: Required value");
  }
  if (Find(named).ok()) {
    return Error(409, "AlreadyExists",
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
  state_->collections[CollectionOf(path)][KeyOf(named)] = {.object = object, .applied = {}};
  return object;
}

absl::StatusOr<nlohmann::json> FakeKubeApi::Replace(const ResourcePath& path, Json object) {
  ASSIGN_OR_RETURN(Stored * stored, Find(path));
  const Json before = stored->object;
  Json& meta = object["metadata"];
  const std::string version = meta.value("resourceVersion", "");
  const std::string uid = meta.value("uid", "");
  if ((!version.empty() && version != TextAt(before, "/metadata/resourceVersion")) ||
      (!uid.empty() && uid != TextAt(before, "/metadata/uid"))) {
    return Error(409, "Conflict", "the object has been modified");
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
  state_->collections[CollectionOf(path)].erase(KeyOf(path));
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
    bound["spec"]["nodeName"] = TextAt(body, "/target/name");
    ResourcePath main = path;
    main.subresource.clear();
    RETURN_IF_ERROR(Replace(main, std::move(bound)).status());
    return Json{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}};
  }
  return Error(404, "NotFound", "no such subresource: " + path.subresource);
}

absl::StatusOr<KubeObject> FakeKubeApi::Create(const ResourcePath& path, std::string_view text,
                                               absl::Duration) {
  ASSIGN_OR_RETURN(Json body, ParseBody(text));
  return Write("create", path, [&]() -> absl::StatusOr<Json> {
    return path.subresource.empty() ? Insert(path, std::move(body)) : CreateSubresource(path, body);
  });
}

absl::StatusOr<KubeObject> FakeKubeApi::Update(const ResourcePath& path, std::string_view text,
                                               absl::Duration) {
  ASSIGN_OR_RETURN(Json body, ParseBody(text));
  return Write("update", path, [&] { return Replace(path, std::move(body)); });
}

absl::StatusOr<KubeObject> FakeKubeApi::Patch(const ResourcePath& path, std::string_view text,
                                              const PatchOptions& options, absl::Duration) {
  ASSIGN_OR_RETURN(Json patch, ParseBody(text));
  if (options.type == PatchType::kStrategic) {
    return Error(415, "UnsupportedMediaType", "strategic merge patches are not known here");
  }
  return Write("patch", path, [&]() -> absl::StatusOr<Json> {
    ASSIGN_OR_RETURN(Stored * stored, Find(path));
    Json patched = stored->object;
    if (options.type == PatchType::kMerge) {
      patched["metadata"].erase("resourceVersion");
      patched.merge_patch(patch);
      return Replace(path, std::move(patched));
    }
    try {
      return Replace(path, patched.patch(patch));
    } catch (const Json::exception& error) {
      return Error(422, "Invalid", error.what());
    }
  });
}

absl::StatusOr<KubeObject> FakeKubeApi::Apply(const ResourcePath& path, std::string_view text,
                                              const ApplyOptions& options, absl::Duration) {
  ASSIGN_OR_RETURN(Json intent, ParseBody(text));
  return Write("apply", path, [&] { return ApplyLocked(path, intent, options); });
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
        return Error(409, "Conflict", fmt::format("conflict with \"{}\": {}", manager, pointer),
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
  if ((!options.uid.empty() && options.uid != TextAt(before, "/metadata/uid")) ||
      (!options.resource_version.empty() &&
       options.resource_version != TextAt(before, "/metadata/resourceVersion"))) {
    return Error(409, "Conflict", "the precondition does not hold");
  }
  const bool runs_somewhere = path.plural == "pods" && !TextAt(before, "/spec/nodeName").empty() &&
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

absl::Status FakeKubeApi::Delete(const ResourcePath& path, const DeleteOptions& options,
                                 absl::Duration) {
  return Write("delete", path,
               [&]() -> absl::StatusOr<Json> {
                 RETURN_IF_ERROR(DeleteLocked(path, options));
                 return Json::object();
               })
      .status();
}

absl::StatusOr<std::string> FakeKubeApi::GetRaw(std::string_view path_and_query, absl::Duration) {
  RETURN_IF_ERROR(Ask("raw", {}, /*committed=*/false));
  absl::MutexLock lock(&mutex_);
  const auto found = raw_.find(path_and_query);
  if (found == raw_.end()) {
    return Error(404, "NotFound", "nothing at this path");
  }
  return found->second;
}

void FakeKubeApi::SetRaw(std::string path_and_query, std::string body) {
  absl::MutexLock lock(&mutex_);
  raw_[std::move(path_and_query)] = std::move(body);
}

void FakeKubeApi::SetFault(std::function<absl::Status(const FakeKubeCall&)> fault) {
  absl::MutexLock lock(&mutex_);
  fault_ = std::move(fault);
}

void FakeKubeApi::SetAutomaticDelivery(bool automatic) {
  absl::MutexLock lock(&mutex_);
  automatic_ = automatic;
}

void FakeKubeApi::Compact() {
  Deliver();
  absl::MutexLock lock(&mutex_);
  forgotten_ += state_->history.size();
  state_->history.clear();
  compacted_at_ = version_;
}

std::unique_ptr<WatchHandle> FakeKubeApi::Watch(const ResourcePath& path,
                                                const WatchOptions& options,
                                                WatchCallbacks callbacks) {
  auto watcher = std::make_shared<Watcher>();
  watcher->collection = CollectionOf(path);
  watcher->namespace_name = path.namespace_name;
  watcher->selector = options.selector;
  watcher->callbacks = std::move(callbacks);
  watcher->after_version = std::strtoll(options.resource_version.c_str(), nullptr, 10);
  absl::Status refused = Ask("watch", path, /*committed=*/false);
  bool automatic = false;
  {
    absl::MutexLock lock(&mutex_);
    if (refused.ok() && watcher->after_version < compacted_at_) {
      refused = Error(410, "Expired", "too old resource version");
    }
    watcher->next = forgotten_;
    watcher->ended = !refused.ok();
    watchers_.push_back(watcher);
    automatic = automatic_;
  }
  auto handle = std::make_unique<Handle>(*this, watcher);
  if (!refused.ok()) {
    watcher->callbacks.on_end(refused);
  } else if (automatic) {
    Deliver();
  }
  return handle;
}

void FakeKubeApi::EndWatches(const absl::Status& status) {
  absl::MutexLock delivery(&delivery_);
  std::vector<std::shared_ptr<Watcher>> ending;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::shared_ptr<Watcher>& watcher : watchers_) {
      if (!std::exchange(watcher->ended, true)) {
        ending.push_back(watcher);
      }
    }
  }
  for (const std::shared_ptr<Watcher>& watcher : ending) {
    watcher->callbacks.on_end(status);
  }
}

void FakeKubeApi::Deliver(size_t limit) {
  absl::MutexLock delivery(&delivery_);
  while (limit > 0 && DeliverOne()) {
    --limit;
  }
}

bool FakeKubeApi::DeliverOne() {
  std::shared_ptr<Watcher> watcher;
  FakeChange change;
  {
    absl::MutexLock lock(&mutex_);
    const auto behind =
        std::min_element(watchers_.begin(), watchers_.end(), [](const auto& a, const auto& b) {
          return std::pair(a->ended, a->next) < std::pair(b->ended, b->next);
        });
    if (behind == watchers_.end() || (*behind)->ended ||
        (*behind)->next >= forgotten_ + state_->history.size()) {
      return false;
    }
    watcher = *behind;
    change = state_->history[watcher->next - forgotten_];
    ++watcher->next;
  }
  const Json& any = change.after.is_null() ? change.before : change.after;
  const bool other_place = change.collection != watcher->collection ||
                           (!watcher->namespace_name.empty() &&
                            TextAt(any, "/metadata/namespace") != watcher->namespace_name);
  const bool was = !change.before.is_null() && Matches(change.before, watcher->selector);
  const bool is = !change.after.is_null() && Matches(change.after, watcher->selector);
  if (other_place || change.version <= watcher->after_version || (!was && !is)) {
    return true;
  }
  WatchEvent event;
  event.type = is ? (was ? WatchEvent::Type::kModified : WatchEvent::Type::kAdded)
                  : WatchEvent::Type::kDeleted;
  Json shown = is ? change.after : change.before;
  shown["metadata"]["resourceVersion"] = std::to_string(change.version);
  event.object = std::make_shared<const KubeObject>(*ToObject(shown));
  watcher->callbacks.on_event(std::move(event));
  return true;
}

}  // namespace redisop
