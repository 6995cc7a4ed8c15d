#include "services/k8s-bridge/desired/affinity.h"

#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/object_metadata.h"

namespace redisop {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";

Json Apart(const Labels& labels, const std::string& topology_key) {
  return {{"labelSelector", {{"matchLabels", labels}}}, {"topologyKey", topology_key}};
}

void AddApart(Json& anti_affinity, Spread spread, int weight, const Labels& labels,
              const std::string& topology_key) {
  if (spread == Spread::kRequired) {
    anti_affinity[std::string(kRequired)].push_back(Apart(labels, topology_key));
  } else {
    anti_affinity[std::string(kPreferred)].push_back(
        {{"weight", weight}, {"podAffinityTerm", Apart(labels, topology_key)}});
  }
}

// A pod that replaces one which stood together with others: anywhere else it would be replaced
// again. Ruled out are the hosts, not whoever runs there, so that it keeps nobody away later.
void RequirePlace(const RedisCluster& cluster, const CreatePod& member, Json& spec) {
  Json& terms = spec["affinity"]["nodeAffinity"][std::string(kRequired)]["nodeSelectorTerms"];
  if (terms.empty()) {
    terms.push_back(Json::object());
  }
  // Terms are alternatives, so each one has to hold the rule.
  for (Json& term : terms) {
    for (const std::string& host : member.not_on_hosts) {
      term["matchFields"].push_back(
          {{"key", "metadata.name"}, {"operator", "NotIn"}, {"values", Json::array({host})}});
    }
  }
  if (!member.zone.empty()) {
    spec["nodeSelector"].emplace(cluster.spec.zone_topology_key, member.zone);
  }
}

}  // namespace

void AddAffinity(const RedisCluster& cluster, const CreatePod& member, Json& spec) {
  Labels shard = SelectorLabels(cluster);
  shard[std::string(kShardLabel)] = member.shard;
  Json& anti_affinity = spec["affinity"]["podAntiAffinity"];
  AddApart(anti_affinity, cluster.spec.hosts, 100, shard, cluster.spec.host_topology_key);
  AddApart(anti_affinity, cluster.spec.zones, 80, shard, cluster.spec.zone_topology_key);
  // Several primaries on one host would die together: the whole cluster spreads as well.
  AddApart(anti_affinity, Spread::kPreferred, 20, SelectorLabels(cluster),
           cluster.spec.host_topology_key);
  AddApart(anti_affinity, Spread::kPreferred, 10, SelectorLabels(cluster),
           cluster.spec.zone_topology_key);
  if (!member.not_on_hosts.empty()) {
    RequirePlace(cluster, member, spec);
  } else if (!member.zone.empty()) {
    spec["affinity"]["nodeAffinity"][std::string(kPreferred)].push_back(
        {{"weight", 100},
         {"preference",
          {{"matchExpressions",
            {{{"key", cluster.spec.zone_topology_key},
              {"operator", "In"},
              {"values", {member.zone}}}}}}}});
  }
}

}  // namespace redisop
