#include "services/planner/core/placement/role_spread.h"

#include <algorithm>
#include <utility>

#include "services/planner/core/placement/flow.h"

namespace redisop {

int PrimariesPerZoneMax(int shards, int zones) {
  const int minority = (shards + 1) / 2 - 1;
  const int even = zones > 0 ? (shards + zones - 1) / zones : shards;
  return std::max(minority, even);
}

RoleSpread SpreadPrimaries(const std::vector<ShardZones>& shards, int zones, int cap) {
  const int count = static_cast<int>(shards.size());
  // One violation outweighs all failovers.
  const int64_t violation = count + 1;
  FlowNetwork network;
  const int source = network.AddNode();
  const int sink = network.AddNode();
  std::vector<int> zone_nodes;
  for (int z = 0; z < zones; ++z) {
    zone_nodes.push_back(network.AddNode());
    network.AddArc(zone_nodes.back(), sink, cap, 0);
    network.AddArc(zone_nodes.back(), sink, count, violation);
  }
  std::vector<std::vector<std::pair<int, int>>> choices;  // by shard: arc, zone
  for (const ShardZones& shard : shards) {
    const int node = network.AddNode();
    network.AddArc(source, node, 1, 0);
    std::vector<int> candidates = shard.candidates;
    candidates.push_back(shard.current);
    std::sort(candidates.begin(), candidates.end());
    candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
    choices.emplace_back();
    for (const int zone : candidates) {
      const int arc = network.AddArc(node, zone_nodes[static_cast<size_t>(zone)], 1,
                                     zone == shard.current ? 0 : 1);
      choices.back().emplace_back(arc, zone);
    }
  }
  const Flow flow = network.Solve(source, sink, count);
  RoleSpread spread;
  std::vector<int> load(static_cast<size_t>(zones), 0);
  for (size_t i = 0; i < shards.size(); ++i) {
    for (const auto& [arc, zone] : choices[i]) {
      if (flow.on_arc[static_cast<size_t>(arc)] > 0) {
        spread.zone_of_primary.push_back(zone);
        spread.failovers += zone == shards[i].current ? 0 : 1;
        ++load[static_cast<size_t>(zone)];
      }
    }
  }
  for (const int primaries : load) {
    spread.violations += std::max(0, primaries - cap);
  }
  return spread;
}

}  // namespace redisop
