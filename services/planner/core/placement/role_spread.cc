#include "services/planner/core/placement/role_spread.h"

#include <algorithm>
#include <map>
#include <set>

#include "services/planner/core/placement/flow.h"
#include "services/planner/core/placement/seat_network.h"

namespace redisop {
namespace {

enum Level : size_t {
  kZoneExcess,
  kHostExcess,
  kZoneFilling,
  kHostFilling,
  kChanges,
  kOrder,
  kShard  // of equals the last shards change
};

RoleSpread Spread(const std::vector<ShardSeats>& shards, bool even) {
  struct Choice {
    int arc;
    size_t shard;
    int candidate;
  };
  FlowNetwork network;
  const int source = network.AddNode();
  const int sink = network.AddNode();
  SeatNetwork seats(network, sink, shards, PrimariesMax(static_cast<int>(shards.size())),
                    {.zone_excess = kZoneExcess,
                     .host_excess = kHostExcess,
                     .even = even,
                     .zone_filling = kZoneFilling,
                     .host_filling = kHostFilling});
  std::vector<Choice> choices;
  for (size_t s = 0; s < shards.size(); ++s) {
    const int node = network.AddNode();
    network.AddArc(source, node, 1, FlowCost{});
    network.AddArc(node, seats.NodeOf(shards[s].current), 1, FlowCost{});
    std::set<Place> seen{shards[s].current};
    for (size_t c = 0; c < shards[s].candidates.size(); ++c) {
      const Place& place = shards[s].candidates[c];
      // Another member at the same place changes nothing; the first one is the best.
      if (seen.insert(place).second) {
        const FlowCost cost = CostAt(kChanges, 1) + CostAt(kOrder, static_cast<int64_t>(c)) +
                              CostAt(kShard, static_cast<int64_t>(shards.size() - s));
        choices.push_back(
            {network.AddArc(node, seats.NodeOf(place), 1, cost), s, static_cast<int>(c)});
      }
    }
  }
  const Flow flow = network.Solve(source, sink, static_cast<int64_t>(shards.size()));
  RoleSpread spread;
  spread.chosen.assign(shards.size(), RoleSpread::kStays);
  for (const Choice& choice : choices) {
    if (flow.on_arc[static_cast<size_t>(choice.arc)] > 0) {
      spread.chosen[choice.shard] = choice.candidate;
    }
  }
  spread.changes = static_cast<int>(flow.cost[kChanges]);
  spread.excess = {static_cast<int>(flow.cost[kZoneExcess]),
                   static_cast<int>(flow.cost[kHostExcess])};
  return spread;
}

}  // namespace

int PrimariesMax(int shards) { return shards < 3 ? shards : (shards + 1) / 2 - 1; }

RoleExcess ExcessOf(const std::vector<Place>& primaries) {
  const int most = PrimariesMax(static_cast<int>(primaries.size()));
  std::map<int, int> in_zone;
  std::map<Place, int> on_host;
  RoleExcess excess;
  for (const Place& place : primaries) {
    excess.zones += place.zone != kUnknownPlace && ++in_zone[place.zone] > most ? 1 : 0;
    excess.hosts += place.host != kUnknownPlace && ++on_host[place] > most ? 1 : 0;
  }
  return excess;
}

int UnavoidableExcess(int shards, int places) {
  return places == 0 ? 0 : std::max(0, shards - places * PrimariesMax(shards));
}

RoleSpread RestoreSpread(const std::vector<ShardSeats>& shards) {
  return Spread(shards, /*even=*/false);
}

RoleSpread EvenSpread(const std::vector<ShardSeats>& shards) {
  return Spread(shards, /*even=*/true);
}

}  // namespace redisop
