// A snapshot that steps are applied to while a plan is worked out or simulated: nodes are found by
// id or by pod in logarithmic time, and iterated in the order of their ids.
//
// Pods that wait for their node stand in as nodes whose id is the pod's name (IsPending), because
// steps name them so. Value type; not for several threads at a time.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_WORKING_SNAPSHOT_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_WORKING_SNAPSHOT_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/cluster_snapshot.h"

namespace redisop {

class WorkingSnapshot {
 public:
  explicit WorkingSnapshot(const ClusterSnapshot& snapshot);

  // All nodes, also the stand-ins of pods, in the order of their ids.
  const std::map<NodeId, Node, std::less<>>& nodes() const { return nodes_; }

  // The node with this id, or with this pod unless that one is leaving; nullptr when there is none.
  // Valid until the node is removed.
  const Node* Find(std::string_view id_or_pod) const;
  Node* Find(std::string_view id_or_pod);

  // Adds a node, or replaces the one with its id.
  Node& Add(Node node);
  void Remove(const NodeId& id);

  // True for the stand-in of a pod that has no node yet, created by the plan or waiting.
  bool IsPending(std::string_view id) const { return pending_.contains(id); }
  // Its pod is there already; nullptr when the plan creates it, or it is a real node.
  const Pod* WaitingPod(std::string_view id) const;
  // Whether the name is taken by any pod, also one that is leaving.
  bool PodNameTaken(std::string_view pod) const;

  // Adds the stand-in of a pod that the plan creates.
  void AddPending(Node node);

  // True when no other observed node knows it any more.
  bool IsForgotten(const NodeId& id) const { return forgotten_.contains(id); }
  void Forget(const NodeId& id) { forgotten_.insert(id); }
  void MarkMet(const NodeId& id) { forgotten_.erase(id); }

  // Nodes that the plan makes the primary of their shard before anybody copies them.
  void Appoint(const NodeId& id) { appointed_.insert(id); }
  bool IsAppointed(const NodeId& id) const { return appointed_.contains(id); }

  const std::vector<Pod>& leaving_pods() const { return leaving_pods_; }
  void RemoveLeavingPod(std::string_view pod, std::string_view uid);
  const std::vector<Host>& hosts() const { return hosts_; }
  const std::vector<SlotAttribution>& attributed() const { return attributed_; }
  // Was formed once, as stated or as the nodes show: some that own slots know others.
  bool formed() const { return formed_; }
  std::set<NodeId>& lacking_functions() { return lacking_functions_; }
  const std::set<NodeId>& lacking_functions() const { return lacking_functions_; }

  // As a plain snapshot, in canonical order.
  ClusterSnapshot ToSnapshot() const;

 private:
  std::map<NodeId, Node, std::less<>> nodes_;
  std::map<std::string, NodeId, std::less<>> by_pod_;
  std::map<std::string, Pod, std::less<>> waiting_pods_;
  std::vector<Pod> leaving_pods_;
  std::set<std::string, std::less<>> pending_;
  std::set<NodeId> forgotten_;
  std::set<NodeId> appointed_;
  std::set<NodeId> lacking_functions_;
  std::vector<Host> hosts_;
  std::vector<SlotAttribution> attributed_;
  bool formed_ = false;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_WORKING_SNAPSHOT_H_
