// From what the agents and Kubernetes say to the one snapshot that a pass works on. Pure.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_ASSEMBLE_SNAPSHOT_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_ASSEMBLE_SNAPSHOT_H_

#include <map>
#include <string>
#include <vector>

#include "common/kube/object.h"
#include "common/model/cluster_snapshot.h"
#include "services/k8s-bridge/observe/agent_api.h"

namespace redisop {

// A pod of the cluster, as far as Kubernetes knows it.
struct MemberPodState {
  std::string name;
  std::string uid;
  std::string shard;
  int member = 0;
  std::string ip;    // empty: none yet
  std::string host;  // empty: not bound
  bool leaving = false;
  bool running = false;   // its containers were started
  bool finished = false;  // Succeeded or Failed: it will never run again
  std::string role_label;
  std::string waiting_reason;  // why it does not run: "Unschedulable: …", "ErrImagePull: …"
};

// kInvalidArgument when it carries no shard and member, or is no pod.
absl::StatusOr<MemberPodState> ReadMemberPod(const KubeObject& pod);

// Machines by name, from Kubernetes' Nodes. `zone_key` is the label that names the zone.
Host ReadHost(const KubeObject& node, const std::string& zone_key);

// Merges the views of the nodes that answered, gives each node its pod, shard, host and zone, and
// lists the pods without a node. A pod whose node did not answer now is found by `last_ids` (pod
// UID to node id): it stays that node, unobserved. Pods are those of this cluster only;
// observations with another cluster's UID or a pod that is not listed are left out.
ClusterSnapshot AssembleSnapshot(const std::vector<MemberPodState>& pods,
                                 const std::vector<NodeObservation>& observations,
                                 const std::map<std::string, NodeId>& last_ids,
                                 const std::vector<Host>& hosts, const std::string& cluster_uid,
                                 bool formed);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_ASSEMBLE_SNAPSHOT_H_
