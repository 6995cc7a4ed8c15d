#include "services/agent/instances/instance.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

using Json = nlohmann::json;

absl::Status Wrong(std::string_view field, std::string_view what) {
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("instance.json: {}: {}", field, what));
}

absl::Status ReadText(const Json& json, const char* field, std::string& out) {
  const auto at = json.find(field);
  if (at == json.end() || !at->is_string()) {
    return Wrong(field, "no text");
  }
  out = at->get<std::string>();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Instance> ParseInstance(std::string_view directory, std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return Wrong("text", "no JSON object");
  }
  Instance instance{.directory = std::string(directory)};
  RETURN_IF_ERROR(ReadText(json, "pod", instance.pod));
  RETURN_IF_ERROR(ReadText(json, "podUID", instance.pod_uid));
  RETURN_IF_ERROR(ReadText(json, "clusterUID", instance.cluster_uid));
  RETURN_IF_ERROR(ReadText(json, "shard", instance.shard));
  RETURN_IF_ERROR(ReadText(json, "address", instance.address));
  RETURN_IF_ERROR(ReadText(json, "dataDir", instance.data_directory));
  if (instance.pod_uid.empty()) {
    return Wrong("podUID", "empty");
  }
  const auto member = json.find("member");
  if (member == json.end() || !member->is_number_unsigned() || *member > 1000000) {
    return Wrong("member", "no number of a member");
  }
  instance.member = member->get<int>();
  const auto timeout = json.find("nodeTimeoutMilliseconds");
  if (timeout == json.end() || !timeout->is_number_unsigned() || *timeout < 1 ||
      *timeout > 3600000) {
    return Wrong("nodeTimeoutMilliseconds", "not from 1 to 3600000");
  }
  instance.node_timeout = absl::Milliseconds(timeout->get<int64_t>());
  return instance;
}

}  // namespace redisop
