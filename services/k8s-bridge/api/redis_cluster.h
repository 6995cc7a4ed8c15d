// The resource RedisCluster (redisoperator.io/v1alpha1) as plain values. Field meanings, bounds and
// defaults are those of the CRD in charts/redis-operator; they are checked again here, because an
// older CRD or a stored object may let through what the schema would refuse now.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_API_REDIS_CLUSTER_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_API_REDIS_CLUSTER_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/kube/object.h"
#include "common/kube/resource_path.h"
#include "common/model/cluster_spec.h"

namespace redisop {

inline constexpr ResourceType kRedisClusters{"redisoperator.io", "v1alpha1", "redisclusters",
                                             "RedisCluster", true};

inline constexpr std::string_view kProtectionFinalizer = "redisoperator.io/cluster-protection";
inline constexpr std::string_view kApprovedPlanAnnotation = "redisoperator.io/approved-plan";
inline constexpr std::string_view kDefaultRedisImage = "redis:7.0.15";

// Volumes of the members. Without it their data lives as long as the pod (emptyDir).
struct Storage {
  std::string size;  // "10Gi"
  std::optional<std::string> storage_class_name;
  bool delete_with_cluster = false;  // retention Delete; default Retain
};

struct RedisClusterSpec {
  int number_of_primaries = 3;
  int replication_factor = 1;
  std::string image;                // empty: the template's, else kDefaultRedisImage
  std::string pod_template = "{}";  // PodTemplateSpec as JSON, as the user wrote it
  std::string service_name;         // never empty after parsing
  std::map<std::string, std::string> redis_config;
  std::optional<Storage> storage;
  int max_parallel_migrations = 4;
  int node_timeout_milliseconds = 5000;
  Spread hosts = Spread::kPreferred;
  Spread zones = Spread::kPreferred;
  std::string host_topology_key = "kubernetes.io/hostname";
  std::string zone_topology_key = "topology.kubernetes.io/zone";
  bool manual_approval = false;
  bool paused = false;
  std::vector<std::string> allow_data_loss;  // shards
};

struct RedisCluster {
  ObjectMeta meta;
  RedisClusterSpec spec;
  std::string status = "{}";  // as stored, JSON
  bool formed = false;        // status.formed: was formed once, never forms again

  std::string Key() const { return ObjectKey(meta.namespace_name, meta.name); }
  bool Deleting() const { return meta.deletion_time.has_value(); }
};

// Reads the resource. kInvalidArgument lists every mistake with its field ("spec.numberOfPrimaries:
// must be 1 to 1000, is 0; …"); it is terminal until somebody changes the object.
absl::StatusOr<RedisCluster> ParseRedisCluster(const KubeObject& object);

// What the planner is asked for, and within which limits.
ClusterSpec PlannerSpecOf(const RedisCluster& cluster);
Policy PlannerPolicyOf(const RedisCluster& cluster);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_API_REDIS_CLUSTER_H_
