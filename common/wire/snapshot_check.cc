#include "common/wire/snapshot_check.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/status_macros.h"
#include "common/wire/field.h"

namespace redisop::wire {
namespace {

constexpr int kReplicaChainMax = 64;

using Places = std::unordered_map<std::string_view, size_t>;

std::string NodePath(std::string_view path, size_t place) {
  return fmt::format("{}.nodes[{}]", path, place);
}

absl::StatusOr<Places> PlacesOf(const ClusterSnapshot& snapshot, std::string_view path) {
  Places places;
  for (size_t i = 0; i < snapshot.nodes.size(); ++i) {
    const auto [first, added] = places.emplace(snapshot.nodes[i].id, i);
    if (!added) {
      return BadField(NodePath(path, i) + ".id",
                      fmt::format("the same as nodes[{}].id; give each node once", first->second));
    }
  }
  return places;
}

absl::Status CheckReferences(const ClusterSnapshot& snapshot, const Places& places,
                             std::string_view path) {
  for (size_t i = 0; i < snapshot.nodes.size(); ++i) {
    const Node& node = snapshot.nodes[i];
    const auto unknown = [&](const NodeId& id, std::string_view field) {
      return BadField(
          fmt::format("{}.{}", NodePath(path, i), field),
          fmt::format("no node of the snapshot has the id {}; add it or correct the id", id));
    };
    if (!node.primary_id.empty() && !places.contains(node.primary_id)) {
      return unknown(node.primary_id, "primary_id");
    }
    for (const NodeId& id : node.unknown_ids) {
      if (!places.contains(id)) {
        return unknown(id, "unknown_ids");
      }
    }
    for (const OpenSlot& open : node.open_slots) {
      if (!places.contains(open.peer)) {
        return unknown(open.peer, "open_slots");
      }
    }
    // A chain of replicas ends at a primary; servers allow chains, but not long ones.
    const Node* at = &node;
    for (int hops = 0; at->role == Role::kReplica && !at->primary_id.empty(); ++hops) {
      if (hops > kReplicaChainMax) {
        return BadField(NodePath(path, i) + ".primary_id",
                        "replicas copy each other in a circle or a long chain; one of them must "
                        "name a primary");
      }
      const auto next = places.find(at->primary_id);
      if (next == places.end()) {
        break;
      }
      at = &snapshot.nodes[next->second];
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAttributed(const ClusterSnapshot& snapshot, const Places& places,
                             std::string_view path) {
  for (size_t i = 0; i < snapshot.attributed.size(); ++i) {
    const NodeId& id = snapshot.attributed[i].node_id;
    if (!places.contains(id)) {
      return BadField(
          fmt::format("{}.attributed_slots[{}].node_id", path, i),
          fmt::format("no node of the snapshot has the id {}; add it or correct the id", id));
    }
    if (snapshot.attributed[i].slots.empty()) {
      return BadField(fmt::format("{}.attributed_slots[{}].slots", path, i),
                      "empty; give at least one slot");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOwners(const ClusterSnapshot& snapshot, std::string_view path) {
  std::vector<int> owner(kSlotCount, -1);
  for (size_t i = 0; i < snapshot.nodes.size(); ++i) {
    for (const SlotRange& range : snapshot.nodes[i].slots.Ranges()) {
      for (int slot = range.first; slot < range.end; ++slot) {
        int& other = owner[static_cast<size_t>(slot)];
        const bool servers_disagree = other >= 0 && snapshot.nodes[i].config_epoch > 0 &&
                                      snapshot.nodes[static_cast<size_t>(other)].config_epoch > 0;
        if (other >= 0 && !servers_disagree) {
          return BadField(
              NodePath(path, i) + ".slots",
              fmt::format("slot {} belongs to nodes[{}] too; a slot has one owner (where servers "
                          "really disagree, give config_epoch of both)",
                          slot, other));
        }
        other = static_cast<int>(i);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPodsAndHosts(const ClusterSnapshot& snapshot, std::string_view path) {
  std::set<std::pair<std::string_view, std::string_view>> pods;
  for (size_t i = 0; i < snapshot.pods.size(); ++i) {
    if (!pods.emplace(snapshot.pods[i].name, snapshot.pods[i].uid).second) {
      return BadField(
          fmt::format("{}.pods[{}].name", path, i),
          fmt::format("pod {} is given twice; give each pod once", snapshot.pods[i].name));
    }
  }
  std::set<std::string_view> hosts;
  for (size_t i = 0; i < snapshot.hosts.size(); ++i) {
    if (!hosts.insert(snapshot.hosts[i].name).second) {
      return BadField(
          fmt::format("{}.hosts[{}].name", path, i),
          fmt::format("host {} is given twice; give each host once", snapshot.hosts[i].name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSnapshot(const ClusterSnapshot& snapshot, std::string_view path) {
  ASSIGN_OR_RETURN(const Places places, PlacesOf(snapshot, path));
  RETURN_IF_ERROR(CheckReferences(snapshot, places, path));
  RETURN_IF_ERROR(CheckAttributed(snapshot, places, path));
  RETURN_IF_ERROR(CheckOwners(snapshot, path));
  for (size_t i = 0; i < snapshot.lacking_functions.size(); ++i) {
    if (!places.contains(snapshot.lacking_functions[i])) {
      return BadField(fmt::format("{}.lacking_functions[{}]", path, i),
                      fmt::format("no node of the snapshot has the id {}; correct it",
                                  snapshot.lacking_functions[i]));
    }
  }
  return CheckPodsAndHosts(snapshot, path);
}

}  // namespace redisop::wire
