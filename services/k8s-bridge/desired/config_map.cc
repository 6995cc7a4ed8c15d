#include <fmt/format.h>

#include <map>

#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/desired.h"
#include "services/k8s-bridge/desired/object_metadata.h"

namespace redisop {
namespace {

std::map<std::string, std::string> Settings(const RedisCluster& cluster) {
  std::map<std::string, std::string> settings = {
      // Slots that still have an owner are served while others are down.
      {"cluster-require-full-coverage", "no"},
      // Redis must not move replicas or turn emptied primaries into replicas by itself: the plan
      // does.
      {"cluster-allow-replica-migration", "no"},
      {"cluster-node-timeout", std::to_string(cluster.spec.node_timeout_milliseconds)},
      // A new replica is synchronised at once, and a short break needs no full copy.
      {"repl-diskless-sync", "yes"},
      {"repl-diskless-sync-delay", "0"},
      {"repl-backlog-size", "64mb"},
      {"protected-mode", "no"},
  };
  if (cluster.spec.storage.has_value()) {
    settings["appendonly"] = "yes";
  } else {
    // What is written to an emptyDir is gone with the pod: it would only cost.
    settings["save"] = "";
    settings["appendonly"] = "no";
  }
  for (const auto& [name, value] : cluster.spec.redis_config) {
    settings[name] = value;
  }
  return settings;
}

}  // namespace

DesiredObject ConfigMap(const RedisCluster& cluster) {
  std::string text;
  for (const auto& [name, value] : Settings(cluster)) {
    text += fmt::format("{} {}\n", name, value.empty() ? "\"\"" : value);
  }
  nlohmann::json map =
      OwnedObject(cluster, kConfigMaps, cluster.meta.name, CommonLabels(cluster, "configuration"));
  map["data"] = {{"redis.conf", text}};
  return {kConfigMaps, cluster.meta.name, map.dump()};
}

}  // namespace redisop
