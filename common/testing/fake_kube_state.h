// What the files of the in-memory API server share. Not for its users.

#ifndef REDIS_OPERATOR_COMMON_TESTING_FAKE_KUBE_STATE_H_
#define REDIS_OPERATOR_COMMON_TESTING_FAKE_KUBE_STATE_H_

#include <fmt/format.h>

#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "common/base/status_macros.h"
#include "common/kube/api_error.h"
#include "common/testing/fake_kube_api.h"

namespace redisop {

struct FakeKubeApi::Stored {
  Json object;
  std::map<std::string, std::map<std::string, Json>> applied;  // manager -> leaf -> value
};

struct FakeChange {
  int64_t version = 0;
  std::string collection;  // "apps/deployments"
  nlohmann::json before;   // null: was not there
  nlohmann::json after;    // null: is gone
};

struct FakeKubeApi::State {
  std::map<std::string, std::map<std::string, Stored>> collections;
  std::deque<FakeChange> history;
};

inline std::string FakeCollection(const ResourcePath& path) {
  return path.group + "/" + path.plural;
}

inline std::string FakeKey(const ResourcePath& path) {
  return ObjectKey(path.namespace_name, path.name);
}

inline absl::Status FakeError(int code, std::string reason, const std::string& message,
                              std::string cause = "") {
  return MakeApiStatus({.http_code = code,
                        .reason = std::move(reason),
                        .cause = std::move(cause),
                        .retry_after = std::nullopt},
                       message);
}

inline absl::Status FakeNotFound(const ResourcePath& path) {
  return FakeError(404, "NotFound", fmt::format("{} \"{}\" not found", path.plural, path.name));
}

inline absl::StatusOr<KubeObject> FakeObject(const absl::StatusOr<nlohmann::json>& object) {
  RETURN_IF_ERROR(object.status());
  return ParseObject(object->dump());
}

inline std::string FakeText(const nlohmann::json& object, const char* pointer) {
  return object.value(nlohmann::json::json_pointer(pointer), "");
}

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_FAKE_KUBE_STATE_H_
