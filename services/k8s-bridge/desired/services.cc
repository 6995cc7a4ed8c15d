#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/desired.h"
#include "services/k8s-bridge/desired/object_metadata.h"

namespace redisop {
namespace {

nlohmann::json Port(std::string_view name, int port) {
  return {{"name", name}, {"port", port}, {"targetPort", port}, {"protocol", "TCP"}};
}

}  // namespace

std::string ClientServiceName(const RedisCluster& cluster) { return cluster.meta.name + "-client"; }

DesiredObject HeadlessService(const RedisCluster& cluster) {
  const std::string& name = cluster.spec.service_name;
  nlohmann::json service = OwnedObject(cluster, kServices, name, CommonLabels(cluster, "service"));
  service["spec"] = {{"clusterIP", "None"},
                     {"publishNotReadyAddresses", true},
                     {"selector", SelectorLabels(cluster)},
                     {"ports", {Port("redis", 6379), Port("bus", 16379)}}};
  return {kServices, name, service.dump()};
}

DesiredObject ClientService(const RedisCluster& cluster) {
  const std::string name = ClientServiceName(cluster);
  nlohmann::json service = OwnedObject(cluster, kServices, name, CommonLabels(cluster, "service"));
  service["spec"] = {{"type", "ClusterIP"},
                     {"selector", SelectorLabels(cluster)},
                     {"ports", nlohmann::json::array({Port("redis", 6379)})}};
  return {kServices, name, service.dump()};
}

}  // namespace redisop
