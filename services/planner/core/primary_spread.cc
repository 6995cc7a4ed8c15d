#include "services/planner/core/primary_spread.h"

#include <algorithm>

#include "services/planner/core/placement/role_spread.h"

namespace redisop {
namespace {

void AddZonesOfNodes(const WorkingSnapshot& snapshot, const Shape& shape, NameViewSet& zones) {
  for (const Shard& shard : shape.shards) {
    if (const Node* primary = snapshot.Find(shard.primary); primary != nullptr) {
      zones.insert(primary->zone);
    }
    for (const NodeId& id : shard.replicas) {
      zones.insert(snapshot.Find(id)->zone);
    }
  }
}

// All zones there are: of the hosts, and of the nodes; empty when the zone of a node is unknown.
std::vector<std::string> ZonesOf(const WorkingSnapshot& snapshot, const Shape& shape) {
  NameViewSet zones;
  for (const Host& host : snapshot.hosts()) {
    zones.insert(host.zone);
  }
  // Mostly the hosts tell all of them, and no node has to be looked up.
  bool others = false;
  for (const auto& [id, node] : snapshot.nodes()) {
    others = others || !zones.contains(node.zone);
  }
  if (others) {
    AddZonesOfNodes(snapshot, shape, zones);
  }
  if (zones.contains("")) {
    return {};
  }
  std::vector<std::string> in_order(zones.begin(), zones.end());
  std::sort(in_order.begin(), in_order.end());
  return in_order;
}

}  // namespace

bool CanBePromoted(const Shard& shard, const Node& replica) {
  return !replica.unobserved && !replica.leaving && !replica.loading &&
         replica.link == Link::kInSync && replica.health == Health::kOk &&
         replica.primary_id == shard.primary;
}

PrimarySpread SpreadOf(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal) {
  PrimarySpread spread;
  const std::vector<std::string> zones = ZonesOf(snapshot, shape);
  const auto number = [&](const std::string& zone) {
    return static_cast<int>(std::lower_bound(zones.begin(), zones.end(), zone) - zones.begin());
  };
  std::vector<ShardZones> choices;
  std::vector<const Shard*> shards;
  bool settled = !zones.empty();
  for (const Shard& shard : shape.shards) {
    const Node* primary = snapshot.Find(shard.primary);
    if (!goal.Keeps(shard.name)) {
      continue;
    }
    if (primary == nullptr || primary->unobserved || primary->health == Health::kFailed ||
        zones.empty()) {
      settled = false;
      continue;
    }
    ++spread.in_zone[primary->zone];
    choices.push_back({.current = number(primary->zone), .candidates = {}});
    shards.push_back(&shard);
  }
  const int zone_count = static_cast<int>(zones.size());
  if (zones.empty()) {
    return spread;
  }
  spread.per_zone_max = PrimariesPerZoneMax(static_cast<int>(shards.size()), zone_count);
  for (const auto& [zone, count] : spread.in_zone) {
    spread.excess += std::max(0, count - spread.per_zone_max);
  }
  spread.excess_minimum = spread.excess;
  if (!settled || spread.excess == 0) {
    return spread;
  }
  for (size_t i = 0; i < shards.size(); ++i) {
    for (const NodeId& id : shards[i]->replicas) {
      const Node* replica = snapshot.Find(id);
      if (CanBePromoted(*shards[i], *replica)) {
        choices[i].candidates.push_back(number(replica->zone));
      }
    }
  }
  const RoleSpread chosen = SpreadPrimaries(choices, zone_count, spread.per_zone_max);
  spread.excess_minimum = chosen.violations;
  for (size_t i = 0; i < shards.size(); ++i) {
    if (chosen.zone_of_primary[i] != choices[i].current) {
      spread.changes.emplace_back(shards[i]->name,
                                  zones[static_cast<size_t>(chosen.zone_of_primary[i])]);
    }
  }
  return spread;
}

}  // namespace redisop
