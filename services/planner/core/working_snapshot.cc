#include "services/planner/core/working_snapshot.h"

#include <algorithm>
#include <utility>

namespace redisop {
namespace {

// Ids that every other observed node lists as unknown.
std::set<NodeId> ForgottenIn(const ClusterSnapshot& snapshot) {
  std::map<NodeId, size_t> unknown_to;
  size_t observers = 0;
  for (const Node& node : snapshot.nodes) {
    observers += node.unobserved || node.alone ? 0 : 1;
    if (!node.unobserved) {
      for (const NodeId& id : node.unknown_ids) {
        ++unknown_to[id];
      }
    }
  }
  std::set<NodeId> forgotten;
  for (const Node& node : snapshot.nodes) {
    const auto found = unknown_to.find(node.id);
    const size_t others = observers - (node.unobserved || node.alone ? 0 : 1);
    if (found != unknown_to.end() && !node.alone && others > 1 && found->second >= others) {
      forgotten.insert(node.id);
    }
  }
  return forgotten;
}

}  // namespace

WorkingSnapshot::WorkingSnapshot(const ClusterSnapshot& snapshot)
    : forgotten_(ForgottenIn(snapshot)),
      lacking_functions_(snapshot.lacking_functions.begin(), snapshot.lacking_functions.end()),
      hosts_(snapshot.hosts),
      attributed_(snapshot.attributed),
      formed_(snapshot.formed) {
  for (const Node& node : snapshot.nodes) {
    formed_ = formed_ || (!node.alone && !node.slots.empty());
    Add(node);
  }
  for (const Pod& pod : snapshot.pods) {
    if (pod.leaving || by_pod_.contains(pod.name)) {
      leaving_pods_.push_back(pod);
      continue;
    }
    Node node;
    node.id = pod.name;
    node.pod = pod.name;
    node.pod_uid = pod.uid;
    node.shard = pod.shard;
    node.member = pod.member;
    node.host = pod.host;
    node.zone = pod.zone;
    waiting_pods_.emplace(pod.name, pod);
    AddPending(std::move(node));
  }
}

const Node* WorkingSnapshot::Find(std::string_view id_or_pod) const {
  if (const auto node = nodes_.find(id_or_pod); node != nodes_.end()) {
    return &node->second;
  }
  const auto pod = by_pod_.find(id_or_pod);
  return pod == by_pod_.end() ? nullptr : &nodes_.find(pod->second)->second;
}

Node* WorkingSnapshot::Find(std::string_view id_or_pod) {
  return const_cast<Node*>(std::as_const(*this).Find(id_or_pod));
}

Node& WorkingSnapshot::Add(Node node) {
  if (!node.pod.empty() && !node.leaving) {
    by_pod_[node.pod] = node.id;
  }
  const NodeId id = node.id;
  return nodes_.insert_or_assign(id, std::move(node)).first->second;
}

void WorkingSnapshot::AddPending(Node node) {
  node.alone = true;
  pending_.insert(node.id);
  Add(std::move(node));
}

void WorkingSnapshot::Remove(const NodeId& id) {
  const auto found = nodes_.find(id);
  if (found == nodes_.end()) {
    return;
  }
  const auto pod = by_pod_.find(found->second.pod);
  if (pod != by_pod_.end() && pod->second == id) {
    by_pod_.erase(pod);
  }
  pending_.erase(id);
  waiting_pods_.erase(id);
  forgotten_.erase(id);
  lacking_functions_.erase(id);
  nodes_.erase(found);
}

const Pod* WorkingSnapshot::WaitingPod(std::string_view id) const {
  const auto found = waiting_pods_.find(id);
  return found == waiting_pods_.end() ? nullptr : &found->second;
}

bool WorkingSnapshot::PodNameTaken(std::string_view pod) const {
  return by_pod_.contains(pod) ||
         std::any_of(leaving_pods_.begin(), leaving_pods_.end(),
                     [&](const Pod& other) { return other.name == pod; }) ||
         std::any_of(nodes_.begin(), nodes_.end(),
                     [&](const auto& entry) { return entry.second.pod == pod; });
}

void WorkingSnapshot::RemoveLeavingPod(std::string_view pod, std::string_view uid) {
  std::erase_if(leaving_pods_, [&](const Pod& other) {
    return other.name == pod && (uid.empty() || other.uid == uid);
  });
}

ClusterSnapshot WorkingSnapshot::ToSnapshot() const {
  ClusterSnapshot snapshot;
  for (const auto& [id, node] : nodes_) {
    if (const Pod* pod = WaitingPod(id); pod != nullptr && node.alone && node.slots.empty()) {
      snapshot.pods.push_back(*pod);
      continue;
    }
    Node copy = node;
    std::erase_if(copy.unknown_ids, [&](const NodeId& other) { return !nodes_.contains(other); });
    for (const NodeId& other : forgotten_) {
      if (other != id && !copy.unobserved && !forgotten_.contains(id)) {
        copy.unknown_ids.push_back(other);
      }
    }
    std::sort(copy.unknown_ids.begin(), copy.unknown_ids.end());
    copy.unknown_ids.erase(std::unique(copy.unknown_ids.begin(), copy.unknown_ids.end()),
                           copy.unknown_ids.end());
    snapshot.nodes.push_back(std::move(copy));
  }
  snapshot.pods.insert(snapshot.pods.end(), leaving_pods_.begin(), leaving_pods_.end());
  snapshot.formed =
      formed_ || std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                             [](const Node& node) { return !node.alone && !node.slots.empty(); });
  snapshot.lacking_functions.assign(lacking_functions_.begin(), lacking_functions_.end());
  snapshot.hosts = hosts_;
  SlotSet owned;
  for (const Node& node : snapshot.nodes) {
    owned.Add(node.slots);
  }
  for (const SlotAttribution& attribution : attributed_) {
    if (SlotSet open = attribution.slots - owned;
        !open.empty() && nodes_.contains(attribution.node_id)) {
      snapshot.attributed.push_back({attribution.node_id, std::move(open)});
    }
  }
  return Canonical(std::move(snapshot));
}

}  // namespace redisop
