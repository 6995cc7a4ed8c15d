#include <fmt/format.h>

#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/affinity.h"
#include "services/k8s-bridge/desired/desired.h"
#include "services/k8s-bridge/desired/object_metadata.h"
#include "services/k8s-bridge/desired/pod_containers.h"

namespace redisop {
namespace {

using Json = nlohmann::json;

// Adds what the template lacks; what the user wrote stays.
void SetDefault(Json& object, const std::string& name, Json value) {
  if (!object.contains(name)) {
    object[name] = std::move(value);
  }
}

void AddVolumes(const RedisCluster& cluster, const CreatePod& member, Json& spec) {
  Json& volumes = spec["volumes"];
  volumes.push_back({{"name", "redis-operator-bin"}, {"emptyDir", Json::object()}});
  volumes.push_back({{"name", "redis-operator-run"}, {"emptyDir", Json::object()}});
  volumes.push_back(
      {{"name", "redis-operator-config"}, {"configMap", {{"name", cluster.meta.name}}}});
  if (cluster.spec.storage.has_value()) {
    volumes.push_back({{"name", "data"},
                       {"persistentVolumeClaim", {{"claimName", VolumeClaimName(member.pod)}}}});
  } else {
    volumes.push_back({{"name", "data"}, {"emptyDir", Json::object()}});
  }
}

Labels PodLabels(const RedisCluster& cluster, const CreatePod& member, const Json& pod_template) {
  Labels labels;
  const Json metadata = pod_template.value("metadata", Json::object());
  const Json own = metadata.value("labels", Json::object());
  for (const auto& [key, value] : own.items()) {
    labels[key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  for (const auto& [key, value] : CommonLabels(cluster, "server")) {
    labels[key] = value;
  }
  labels[std::string(kShardLabel)] = member.shard;
  labels[std::string(kMemberLabel)] = std::to_string(member.member);
  return labels;
}

}  // namespace

DesiredObject MemberPod(const RedisCluster& cluster, const CreatePod& member,
                        const PodParts& parts) {
  const Json pod_template = Json::parse(cluster.spec.pod_template);
  Json pod = OwnedObject(cluster, kPods, member.pod, PodLabels(cluster, member, pod_template));
  const Json metadata = pod_template.value("metadata", Json::object());
  if (metadata.contains("annotations")) {
    pod["metadata"]["annotations"] = metadata["annotations"];
  }
  Json spec = pod_template.value("spec", Json::object());
  // The stable name within the headless Service.
  spec["hostname"] = member.pod;
  spec["subdomain"] = cluster.spec.service_name;
  SetDefault(spec, "terminationGracePeriodSeconds", 30);
  SetDefault(spec, "automountServiceAccountToken", false);
  SetDefault(spec, "enableServiceLinks", false);
  // redis-server and agent share a socket, so they run as the same user: the one of Redis' images.
  SetDefault(spec, "securityContext",
             {{"runAsNonRoot", true},
              {"runAsUser", 999},
              {"runAsGroup", 999},
              {"fsGroup", 999},
              {"seccompProfile", {{"type", "RuntimeDefault"}}}});
  AddContainers(cluster, member, parts, spec);
  AddVolumes(cluster, member, spec);
  AddAffinity(cluster, member, spec);
  pod["spec"] = std::move(spec);
  return {kPods, member.pod, pod.dump()};
}

}  // namespace redisop
