// From a RedisCluster to the Kubernetes objects it wants. Pure: the same resource gives the same
// bytes, so a digest tells whether anything has to be written. Golden files in testdata/ show each
// object.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_DESIRED_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_DESIRED_H_

#include <map>
#include <string>
#include <vector>

#include "common/kube/resource_path.h"
#include "common/model/plan.h"
#include "services/k8s-bridge/api/redis_cluster.h"

namespace redisop {

struct DesiredObject {
  ResourceType type;
  std::string name;
  std::string json;  // complete, for server-side apply or POST
};

// What the operator adds to every pod.
struct PodParts {
  std::string agent_image;
  int agent_port = 9091;
  int agent_http_port = 8081;
  bool plaintext = true;  // no TLS between bridge and agents
};

// "<name>-client": the Service for applications.
std::string ClientServiceName(const RedisCluster& cluster);
// "data-<pod>".
std::string VolumeClaimName(std::string_view pod);

// Headless Service with the addresses of all members, ready or not: they have to meet before they
// are ready.
DesiredObject HeadlessService(const RedisCluster& cluster);
// ClusterIP Service over the ready members.
DesiredObject ClientService(const RedisCluster& cluster);
// redis.conf: the operator's settings, then the user's.
DesiredObject ConfigMap(const RedisCluster& cluster);
// One budget per shard of more than one member: at most one of them may be evicted at a time. A
// single member has none, it would block drains forever. `members` counts the pods of each shard.
// There is no second budget over the primaries: the API server refuses every eviction of a pod that
// two budgets select (docs/adr/one-disruption-budget-per-pod.md).
std::vector<DesiredObject> DisruptionBudgets(const RedisCluster& cluster,
                                             const std::map<std::string, int>& members);

// The pod of a step, and its volume claim (only with spec.storage).
DesiredObject MemberPod(const RedisCluster& cluster, const CreatePod& member,
                        const PodParts& parts);
DesiredObject VolumeClaim(const RedisCluster& cluster, const CreatePod& member);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_DESIRED_H_
