#include "services/planner/core/placement/leaving_choice.h"

#include "services/planner/core/placement/flow.h"
#include "services/planner/core/placement/seat_network.h"

namespace redisop {
namespace {

enum Level : size_t { kStuck, kLoad, kZoneExcess, kHostExcess, kSlots, kCopies, kOrder };

FlowCost CostOf(const ShardThatMayLeave& shard, size_t position) {
  return CostAt(kStuck, shard.stuck ? 1 : 0) + CostAt(kLoad, shard.load) +
         CostAt(kSlots, shard.slots) + CostAt(kCopies, shard.copies) +
         CostAt(kOrder, static_cast<int64_t>(position));
}

}  // namespace

std::vector<size_t> ChooseLeaving(const std::vector<ShardThatMayLeave>& shards, int leaving) {
  const int staying = static_cast<int>(shards.size()) - leaving;
  std::vector<ShardSeats> all;
  for (const ShardThatMayLeave& shard : shards) {
    all.push_back({.current = shard.primary, .candidates = {}});
  }
  FlowNetwork network;
  const int source = network.AddNode();
  const int sink = network.AddNode();
  const int stay = network.AddNode();
  const int leave = network.AddNode();
  network.AddArc(stay, sink, staying, FlowCost{});
  network.AddArc(leave, sink, leaving, FlowCost{});
  SeatNetwork seats(network, stay, all, PrimariesMax(staying),
                    {.zone_excess = kZoneExcess, .host_excess = kHostExcess});
  std::vector<int> arcs;
  for (size_t s = 0; s < shards.size(); ++s) {
    const int node = network.AddNode();
    network.AddArc(source, node, 1, FlowCost{});
    arcs.push_back(network.AddArc(node, leave, 1, CostOf(shards[s], s)));
    network.AddArc(node, seats.NodeOf(all[s].current), 1, FlowCost{});
  }
  const Flow flow = network.Solve(source, sink, static_cast<int64_t>(shards.size()));
  std::vector<size_t> chosen;
  for (size_t s = 0; s < shards.size(); ++s) {
    if (flow.on_arc[static_cast<size_t>(arcs[s])] > 0) {
      chosen.push_back(s);
    }
  }
  return chosen;
}

}  // namespace redisop
