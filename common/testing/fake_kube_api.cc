#include "common/testing/fake_kube_api.h"

#include <utility>

#include "common/base/status_macros.h"
#include "common/testing/fake_kube_state.h"
#include "common/testing/selector_match.h"

namespace redisop {
namespace {

using nlohmann::json;

absl::StatusOr<json> ParseBody(std::string_view text) {
  json body = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (body.is_discarded()) {
    return FakeError(400, "BadRequest", "the body is not JSON");
  }
  return body;
}

}  // namespace

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
  return FakeObject(result);
}

absl::StatusOr<KubeObject> FakeKubeApi::Get(const ResourcePath& path, absl::Duration) {
  RETURN_IF_ERROR(Ask("get", path, /*committed=*/false));
  absl::MutexLock lock(&mutex_);
  ASSIGN_OR_RETURN(Stored * stored, Find(path));
  return FakeObject(stored->object);
}

absl::StatusOr<ObjectList> FakeKubeApi::List(const ResourcePath& path, const ListOptions& options,
                                             absl::Duration) {
  RETURN_IF_ERROR(Ask("list", path, /*committed=*/false));
  absl::MutexLock lock(&mutex_);
  ObjectList list;
  list.resource_version = std::to_string(version_);
  for (const auto& [key, stored] : state_->collections[FakeCollection(path)]) {
    const bool here = path.namespace_name.empty() ||
                      FakeText(stored.object, "/metadata/namespace") == path.namespace_name;
    if (here && Matches(stored.object, options.selector)) {
      ASSIGN_OR_RETURN(KubeObject object, FakeObject(stored.object));
      list.items.push_back(std::make_shared<const KubeObject>(std::move(object)));
    }
  }
  return list;
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
    return FakeError(415, "UnsupportedMediaType", "strategic merge patches are not known here");
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
      return FakeError(422, "Invalid", error.what());
    }
  });
}

absl::StatusOr<KubeObject> FakeKubeApi::Apply(const ResourcePath& path, std::string_view text,
                                              const ApplyOptions& options, absl::Duration) {
  ASSIGN_OR_RETURN(Json intent, ParseBody(text));
  return Write("apply", path, [&] { return ApplyLocked(path, intent, options); });
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
    return FakeError(404, "NotFound", "nothing at this path");
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

}  // namespace redisop
