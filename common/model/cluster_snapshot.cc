#include "common/model/cluster_snapshot.h"

#include <algorithm>
#include <tuple>

namespace redisop {
namespace {

template <typename Snapshot>
auto FindIn(Snapshot& snapshot, std::string_view id_or_pod) -> decltype(snapshot.nodes.data()) {
  if (id_or_pod.empty()) {
    return nullptr;
  }
  for (auto& node : snapshot.nodes) {
    if (node.id == id_or_pod) {
      return &node;
    }
  }
  for (auto& node : snapshot.nodes) {
    if (node.pod == id_or_pod && !node.leaving) {
      return &node;
    }
  }
  return nullptr;
}

}  // namespace

const Node* ClusterSnapshot::Find(std::string_view id_or_pod) const {
  return FindIn(*this, id_or_pod);
}

Node* ClusterSnapshot::Find(std::string_view id_or_pod) { return FindIn(*this, id_or_pod); }

ClusterSnapshot Canonical(ClusterSnapshot snapshot) {
  for (Node& node : snapshot.nodes) {
    std::sort(
        node.open_slots.begin(), node.open_slots.end(), [](const OpenSlot& a, const OpenSlot& b) {
          return std::tie(a.slot, a.direction, a.peer) < std::tie(b.slot, b.direction, b.peer);
        });
    std::sort(node.unknown_ids.begin(), node.unknown_ids.end());
    std::sort(node.slot_loads.begin(), node.slot_loads.end(),
              [](const SlotLoad& a, const SlotLoad& b) { return a.slots.first < b.slots.first; });
  }
  const auto by_id = [](const Node& a, const Node& b) { return a.id < b.id; };
  // Mostly they are in order already, and moving nodes about is slow.
  if (!std::is_sorted(snapshot.nodes.begin(), snapshot.nodes.end(), by_id)) {
    std::sort(snapshot.nodes.begin(), snapshot.nodes.end(), by_id);
  }
  std::sort(snapshot.pods.begin(), snapshot.pods.end(), [](const Pod& a, const Pod& b) {
    return std::tie(a.name, a.uid) < std::tie(b.name, b.uid);
  });
  std::sort(snapshot.lacking_functions.begin(), snapshot.lacking_functions.end());
  std::sort(
      snapshot.attributed.begin(), snapshot.attributed.end(),
      [](const SlotAttribution& a, const SlotAttribution& b) { return a.node_id < b.node_id; });
  std::sort(snapshot.hosts.begin(), snapshot.hosts.end(),
            [](const Host& a, const Host& b) { return a.name < b.name; });
  return snapshot;
}

std::string_view ToString(Role role) { return role == Role::kPrimary ? "primary" : "replica"; }

}  // namespace redisop
