#include "services/planner/core/placement/seat_network.h"

#include <algorithm>
#include <set>

namespace redisop {

SeatNetwork::SeatNetwork(FlowNetwork& network, int end, const std::vector<ShardSeats>& shards,
                         int most, const Levels& levels)
    : network_(network), end_(end), most_(most), levels_(levels) {
  for (const ShardSeats& shard : shards) {
    std::set<int> zones{shard.current.zone};
    std::set<Place> hosts{shard.current};
    for (const Place& place : shard.candidates) {
      zones.insert(place.zone);
      hosts.insert(place);
    }
    for (const int zone : zones) {
      ++zone_reach_[zone];
    }
    for (const Place& host : hosts) {
      ++host_reach_[host];
    }
  }
}

int SeatNetwork::NodeOf(const Place& place) {
  if (place.host == kUnknownPlace) {
    return ZoneNode(place.zone);
  }
  const auto [found, is_new] = hosts_.emplace(place, 0);
  if (is_new) {
    found->second = network_.AddNode();
    AddLimit(found->second, ZoneNode(place.zone), host_reach_[place], levels_.host_excess,
             levels_.host_filling);
  }
  return found->second;
}

int SeatNetwork::ZoneNode(int zone) {
  if (zone == kUnknownPlace) {
    return end_;
  }
  const auto [found, is_new] = zones_.emplace(zone, 0);
  if (is_new) {
    found->second = network_.AddNode();
    AddLimit(found->second, end_, zone_reach_[zone], levels_.zone_excess, levels_.zone_filling);
  }
  return found->second;
}

void SeatNetwork::AddLimit(int from, int to, int reach, size_t excess, size_t filling) {
  const int within = std::min(most_, reach);
  if (!levels_.even) {
    network_.AddArc(from, to, within, FlowCost{});
    network_.AddArc(from, to, reach - within, CostAt(excess, 1));
    return;
  }
  network_.AddConvexArcs(from, to, within, FlowCost{}, filling, 1);
  network_.AddConvexArcs(from, to, reach - within, CostAt(excess, 1) + CostAt(filling, within),
                         filling, 1);
}

}  // namespace redisop
