#include "services/k8s-bridge/api/redis_cluster.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "common/base/status.h"
#include "nlohmann/json.hpp"
#include "services/k8s-bridge/api/field_reader.h"

namespace redisop {
namespace {

using Json = nlohmann::json;

// The longest pod name is "<name>-<shard>-<member>", and it has to fit into a label and a host
// name.
constexpr size_t kNameMax = 52;

const std::map<std::string, Spread> kSpreads = {{"Preferred", Spread::kPreferred},
                                                {"Required", Spread::kRequired}};

// Settings by which the operator steers the cluster: another value would take its ground away.
constexpr std::string_view kOwnSettings[] = {"bind",
                                             "port",
                                             "unixsocket",
                                             "unixsocketperm",
                                             "protected-mode",
                                             "dir",
                                             "dbfilename",
                                             "daemonize",
                                             "supervised",
                                             "pidfile",
                                             "logfile",
                                             "include",
                                             "loadmodule",
                                             "replicaof",
                                             "cluster-enabled",
                                             "cluster-port",
                                             "cluster-config-file",
                                             "cluster-node-timeout",
                                             "cluster-allow-replica-migration",
                                             "replica-announce-ip",
                                             "replica-announce-port"};
// Passwords, access lists and TLS need parts on both ends that are not there yet.
constexpr std::string_view kNotSupportedSettings[] = {
    "requirepass", "masterauth", "masteruser", "user", "aclfile", "rename-command"};

template <size_t N>
bool IsOneOf(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void ReadStorage(const FieldReader& reader, RedisClusterSpec& spec) {
  if (!reader.Has("storage")) {
    return;
  }
  const FieldReader storage = reader.Object("storage");
  Storage read;
  storage.String("size", read.size);
  if (read.size.empty()) {
    storage.Mistake("size", "is required");
  }
  if (storage.Has("storageClassName")) {
    storage.String("storageClassName", read.storage_class_name.emplace());
  }
  storage.Word<bool>("retention", {{"Retain", false}, {"Delete", true}}, read.delete_with_cluster);
  spec.storage = read;
}

void ReadConfig(const FieldReader& reader, RedisClusterSpec& spec) {
  reader.StringMap("redisConfig", spec.redis_config);
  for (const auto& [name, value] : spec.redis_config) {
    const std::string field = fmt::format("redisConfig.{}", name);
    if (IsOneOf(kOwnSettings, name) || name.starts_with("slave") ||
        name.starts_with("cluster-announce-")) {
      reader.Mistake(field, "is set by the operator");
    }
    if (IsOneOf(kNotSupportedSettings, name) || name.starts_with("tls-")) {
      reader.Mistake(field, "is not supported");
    }
    if (name.empty() ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos) {
      reader.Mistake(field, "is not the name of a setting");
    }
    if (value.find_first_of("\r\n") != std::string::npos || value.find('\0') != std::string::npos) {
      reader.Mistake(field, "must be one line");
    }
  }
}

void ReadPodTemplate(const Json& spec_json, const FieldReader& reader, RedisClusterSpec& spec) {
  reader.Object("podTemplate").Object("spec");  // reports what is no object
  auto at = spec_json.find("podTemplate");
  if (at != spec_json.end() && at->is_object()) {
    spec.pod_template = at->dump();
  }
}

RedisClusterSpec ReadSpec(const Json& json, const std::string& name,
                          std::vector<std::string>& errors) {
  RedisClusterSpec spec;
  const FieldReader reader(json, "spec", errors);
  reader.Int("numberOfPrimaries", 1, 1000, spec.number_of_primaries);
  reader.Int("replicationFactor", 0, 5, spec.replication_factor);
  reader.String("image", spec.image);
  ReadPodTemplate(json, reader, spec);
  spec.service_name = name;
  reader.String("serviceName", spec.service_name);
  if (spec.service_name == name + "-client") {
    reader.Mistake("serviceName", "is the name of the Service for clients");
  }
  ReadConfig(reader, spec);
  ReadStorage(reader, spec);
  reader.Object("migration").Int("maxParallel", 1, 64, spec.max_parallel_migrations);
  reader.Object("failover")
      .Int("nodeTimeoutMilliseconds", 500, 60000, spec.node_timeout_milliseconds);
  const FieldReader placement = reader.Object("placement");
  placement.Word("hosts", kSpreads, spec.hosts);
  placement.Word("zones", kSpreads, spec.zones);
  placement.String("hostTopologyKey", spec.host_topology_key);
  placement.String("zoneTopologyKey", spec.zone_topology_key);
  reader.Word<bool>("planApproval", {{"Automatic", false}, {"Manual", true}}, spec.manual_approval);
  reader.Bool("paused", spec.paused);
  reader.Object("recovery").StringList("allowDataLoss", spec.allow_data_loss);
  return spec;
}

}  // namespace

absl::StatusOr<RedisCluster> ParseRedisCluster(const KubeObject& object) {
  const Json json = Json::parse(object.json, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument, "the object is not JSON");
  }
  std::vector<std::string> errors;
  RedisCluster cluster;
  cluster.meta = object.meta;
  if (object.meta.name.size() > kNameMax) {
    errors.push_back(fmt::format(
        "metadata.name: at most {} characters, names of pods are made of it", kNameMax));
  }
  static const Json empty = Json::object();
  auto spec = json.find("spec");
  cluster.spec =
      ReadSpec(spec != json.end() && spec->is_object() ? *spec : empty, object.meta.name, errors);
  if (auto status = json.find("status"); status != json.end() && status->is_object()) {
    cluster.status = status->dump();
    cluster.formed = status->value("formed", Json(false)) == Json(true);
  }
  if (!errors.empty()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("{}", fmt::join(errors, "; ")));
  }
  return cluster;
}

ClusterSpec PlannerSpecOf(const RedisCluster& cluster) {
  return {.number_of_primaries = cluster.spec.number_of_primaries,
          .replication_factor = cluster.spec.replication_factor,
          .name = cluster.meta.name,
          .hosts = cluster.spec.hosts,
          .zones = cluster.spec.zones};
}

Policy PlannerPolicyOf(const RedisCluster& cluster) {
  Policy policy;
  policy.max_parallel_migrations = cluster.spec.max_parallel_migrations;
  policy.allow_data_loss = cluster.spec.allow_data_loss;
  policy.recreate_lost_shards = !cluster.spec.storage.has_value();
  return policy;
}

}  // namespace redisop
