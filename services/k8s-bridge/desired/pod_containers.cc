#include "services/k8s-bridge/desired/pod_containers.h"

#include <fmt/format.h>

#include "nlohmann/json.hpp"

namespace redisop {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kLauncher = "/opt/redis-operator/redis-operator-launcher";
constexpr std::string_view kInstances = "/run/redis-operator";

Json FromField(std::string_view name, std::string_view path) {
  return {{"name", name}, {"valueFrom", {{"fieldRef", {{"fieldPath", path}}}}}};
}

Json Mount(std::string_view volume, std::string_view path) {
  return {{"name", volume}, {"mountPath", path}};
}

Json Probe(std::string_view what, int period_seconds, int failures) {
  return {{"exec", {{"command", {kLauncher, "probe", what, "--instances-dir", kInstances}}}},
          {"periodSeconds", period_seconds},
          {"timeoutSeconds", 5},
          {"failureThreshold", failures}};
}

void SetDefault(Json& object, const std::string& name, Json value) {
  if (!object.contains(name)) {
    object[name] = std::move(value);
  }
}

Json* FindContainer(Json& containers, std::string_view name) {
  for (Json& container : containers) {
    if (container.is_object() && container.value("name", std::string()) == name) {
      return &container;
    }
  }
  return nullptr;
}

Json& RedisContainer(const RedisCluster& cluster, Json& spec) {
  Json& containers = spec["containers"];
  if (!containers.is_array()) {
    containers = Json::array();
  }
  if (FindContainer(containers, "redis") == nullptr) {
    containers.insert(containers.begin(), Json{{"name", "redis"}});
  }
  Json& redis = *FindContainer(containers, "redis");
  SetDefault(redis, "image",
             cluster.spec.image.empty() ? std::string(kDefaultRedisImage) : cluster.spec.image);
  return redis;
}

void CompleteRedis(const RedisCluster& cluster, const CreatePod& member, const PodParts& parts,
                   Json& redis) {
  redis["command"] = {kLauncher,    "run",   "--config",        "/etc/redis-operator/redis.conf",
                      "--data-dir", "/data", "--instances-dir", kInstances};
  redis.erase("args");
  for (auto& [name, port] : {std::pair("redis", 6379), std::pair("bus", 16379)}) {
    redis["ports"].push_back({{"name", name}, {"containerPort", port}, {"protocol", "TCP"}});
  }
  Json& env = redis["env"];
  env.push_back(FromField("POD_NAME", "metadata.name"));
  env.push_back(FromField("POD_UID", "metadata.uid"));
  env.push_back(FromField("POD_IP", "status.podIP"));
  env.push_back({{"name", "REDIS_OPERATOR_CLUSTER_UID"}, {"value", cluster.meta.uid}});
  env.push_back({{"name", "REDIS_OPERATOR_SHARD"}, {"value", member.shard}});
  env.push_back({{"name", "REDIS_OPERATOR_MEMBER"}, {"value", std::to_string(member.member)}});
  Json& mounts = redis["volumeMounts"];
  mounts.push_back(Mount("redis-operator-bin", "/opt/redis-operator"));
  mounts.push_back(Mount("redis-operator-run", kInstances));
  mounts.push_back(Mount("redis-operator-config", "/etc/redis-operator"));
  mounts.push_back(Mount("data", "/data"));
  // A hung process is Redis' own failure detection's first: liveness waits several node timeouts,
  // so that a primary is not restarted before its replica took over.
  const int patience = 3 + 3 * cluster.spec.node_timeout_milliseconds / 10000;
  SetDefault(redis, "startupProbe", Probe("live", 1, 600));
  SetDefault(redis, "readinessProbe", Probe("ready", 2, 2));
  SetDefault(redis, "livenessProbe", Probe("live", 10, patience));
  SetDefault(redis, "lifecycle",
             {{"preStop", {{"httpGet", {{"path", "/prestop"}, {"port", parts.agent_http_port}}}}}});
  SetDefault(redis, "securityContext",
             {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}});
}

Json AgentContainer(const PodParts& parts) {
  Json args = {"--instances-dir", kInstances,
               "--listen",        fmt::format("$(POD_IP):{}", parts.agent_port),
               "--http-listen",   fmt::format("$(POD_IP):{}", parts.agent_http_port)};
  if (parts.plaintext) {
    args.push_back("--plaintext");
  }
  const Json probe = {{"path", "/healthz"}, {"port", parts.agent_http_port}};
  return {
      {"name", "agent"},
      {"image", parts.agent_image},
      {"command", {"redis-operator-agent"}},
      {"args", args},
      {"env", Json::array({FromField("POD_IP", "status.podIP")})},
      {"ports",
       {{{"name", "agent"}, {"containerPort", parts.agent_port}, {"protocol", "TCP"}},
        {{"name", "agent-http"}, {"containerPort", parts.agent_http_port}, {"protocol", "TCP"}}}},
      {"livenessProbe", {{"httpGet", probe}, {"periodSeconds", 10}, {"failureThreshold", 3}}},
      {"resources", {{"requests", {{"cpu", "10m"}, {"memory", "32Mi"}}}}},
      {"securityContext",
       {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}}},
      {"volumeMounts", Json::array({Mount("redis-operator-run", kInstances)})}};
}

Json LauncherContainer(const PodParts& parts) {
  return {{"name", "launcher"},
          {"image", parts.agent_image},
          {"command", {"redis-operator-launcher", "install", "/opt/redis-operator"}},
          {"securityContext",
           {{"allowPrivilegeEscalation", false}, {"capabilities", {{"drop", {"ALL"}}}}}},
          {"volumeMounts", Json::array({Mount("redis-operator-bin", "/opt/redis-operator")})}};
}

}  // namespace

void AddContainers(const RedisCluster& cluster, const CreatePod& member, const PodParts& parts,
                   Json& spec) {
  CompleteRedis(cluster, member, parts, RedisContainer(cluster, spec));
  spec["containers"].push_back(AgentContainer(parts));
  spec["initContainers"].push_back(LauncherContainer(parts));
}

}  // namespace redisop
