#include "services/k8s-bridge/observe/assemble_snapshot.h"

namespace redisop {
namespace {

void GivePod(const MemberPodState& pod, const std::map<std::string, std::string>& zones,
             Node& node) {
  node.pod = pod.name;
  node.pod_uid = pod.uid;
  node.shard = pod.shard;
  node.member = pod.member;
  node.leaving = pod.leaving;
  node.host = pod.host;
  auto zone = zones.find(pod.host);
  node.zone = zone == zones.end() ? "" : zone->second;
}

Pod PodWithoutNode(const MemberPodState& pod, const std::map<std::string, std::string>& zones) {
  auto zone = zones.find(pod.host);
  return {.name = pod.name,
          .uid = pod.uid,
          .shard = pod.shard,
          .member = pod.member,
          .host = pod.host,
          .zone = zone == zones.end() ? "" : zone->second,
          .leaving = pod.leaving,
          .waiting_reason = pod.waiting_reason};
}

}  // namespace

ClusterSnapshot AssembleSnapshot(const std::vector<MemberPodState>& pods,
                                 const std::vector<NodeObservation>& observations,
                                 const std::map<std::string, NodeId>& last_ids,
                                 const std::vector<Host>& hosts, const std::string& cluster_uid,
                                 bool formed) {
  std::map<std::string, std::string> zones;
  for (const Host& host : hosts) {
    zones[host.name] = host.zone;
  }
  std::map<std::string, const MemberPodState*> by_uid;
  for (const MemberPodState& pod : pods) {
    by_uid[pod.uid] = &pod;
  }
  std::vector<NodeView> views;
  std::map<std::string, NodeId> node_of_pod = last_ids;
  std::map<NodeId, double> ages;
  for (const NodeObservation& seen : observations) {
    if (!seen.answers || seen.cluster_uid != cluster_uid || !by_uid.contains(seen.pod_uid)) {
      continue;
    }
    NodeView view = seen.view;
    view.self.pod_uid = seen.pod_uid;
    node_of_pod[seen.pod_uid] = view.self.id;
    ages[view.self.id] = seen.age_seconds;
    views.push_back(std::move(view));
  }
  ClusterSnapshot snapshot = MergeViews(views);
  snapshot.formed = formed;
  snapshot.hosts = hosts;
  for (const MemberPodState& pod : pods) {
    auto id = node_of_pod.find(pod.uid);
    Node* node = id == node_of_pod.end() ? nullptr : snapshot.Find(id->second);
    const bool taken = node != nullptr && !node->pod.empty() && node->pod_uid != pod.uid;
    if (node == nullptr || taken) {
      snapshot.pods.push_back(PodWithoutNode(pod, zones));
      continue;
    }
    GivePod(pod, zones, *node);
  }
  for (Node& node : snapshot.nodes) {
    auto age = ages.find(node.id);
    node.age_seconds = age == ages.end() ? 0 : age->second;
  }
  return Canonical(std::move(snapshot));
}

}  // namespace redisop
