#include <fmt/format.h>

#include <charconv>

#include "common/base/status.h"
#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/object_metadata.h"
#include "services/k8s-bridge/observe/assemble_snapshot.h"

namespace redisop {
namespace {

using Json = nlohmann::json;

std::string Text(const Json& object, const std::string& name) {
  auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

const Json& Child(const Json& object, const std::string& name) {
  static const Json empty = Json::object();
  auto at = object.find(name);
  return at == object.end() || at->is_null() ? empty : *at;
}

std::string Label(const KubeObject& object, std::string_view key) {
  auto at = object.meta.labels.find(std::string(key));
  return at == object.meta.labels.end() ? "" : at->second;
}

// The first thing that keeps the pod from running, in Kubernetes' own words.
std::string WaitingReason(const Json& status) {
  for (const Json& condition : Child(status, "conditions")) {
    if (Text(condition, "type") == "PodScheduled" && Text(condition, "status") == "False") {
      return fmt::format("{}: {}", Text(condition, "reason"), Text(condition, "message"));
    }
  }
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (const Json& container : Child(status, list)) {
      const Json& waiting = Child(Child(container, "state"), "waiting");
      const std::string reason = Text(waiting, "reason");
      if (!reason.empty() && reason != "ContainerCreating" && reason != "PodInitializing") {
        return fmt::format("{}: {}", reason, Text(waiting, "message"));
      }
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<MemberPodState> ReadMemberPod(const KubeObject& object) {
  const Json pod = Json::parse(object.json, nullptr, /*allow_exceptions=*/false);
  const std::string member = Label(object, kMemberLabel);
  MemberPodState state;
  auto [end, error] = std::from_chars(member.data(), member.data() + member.size(), state.member);
  state.shard = Label(object, kShardLabel);
  if (!pod.is_object() || state.shard.empty() || member.empty() || error != std::errc() ||
      *end != '\0') {
    return MakeStatus(
        absl::StatusCode::kInvalidArgument,
        fmt::format("pod {} has no labels that name shard and member", object.meta.name));
  }
  const Json& status = Child(pod, "status");
  state.name = object.meta.name;
  state.uid = object.meta.uid;
  state.ip = Text(status, "podIP");
  state.host = Text(Child(pod, "spec"), "nodeName");
  state.leaving = object.meta.deletion_time.has_value();
  const std::string lifecycle = Text(status, "phase");
  state.running = lifecycle == "Running";
  state.finished = lifecycle == "Succeeded" || lifecycle == "Failed";
  state.role_label = Label(object, kRoleLabel);
  state.waiting_reason = WaitingReason(status);
  return state;
}

Host ReadHost(const KubeObject& object, const std::string& zone_key) {
  const Json node = Json::parse(object.json, nullptr, /*allow_exceptions=*/false);
  Host host{.name = object.meta.name, .zone = Label(object, zone_key)};
  if (node.is_object()) {
    const Json& spec = Child(node, "spec");
    host.unschedulable = spec.value("unschedulable", Json(false)) == Json(true);
    for (const Json& taint : Child(spec, "taints")) {
      const std::string effect = Text(taint, "effect");
      host.unschedulable = host.unschedulable || effect == "NoSchedule" || effect == "NoExecute";
    }
  }
  return host;
}

}  // namespace redisop
