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

// Whether all can stay where they are: no zone, and no host, has more than one primary more than
// another, nor more than it may hold. Each must be known, or none: an unknown one counts nowhere.
template <typename Number>
bool IsEven(const std::vector<ShardSeats>& shards, const Number& number) {
  std::map<Place, int> primaries;
  bool known = false;
  bool unknown = false;
  for (const ShardSeats& shard : shards) {
    ++primaries[number(shard.current)];
    for (const Place& place : shard.candidates) {
      primaries.emplace(number(place), 0);
    }
  }
  for (const auto& [place, count] : primaries) {
    (place == Place() ? unknown : known) = true;
  }
  if (!known || unknown) {
    return !known;
  }
  const auto [least, most] =
      std::minmax_element(primaries.begin(), primaries.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; });
  return most->second - least->second <= 1 &&
         most->second <= PrimariesMax(static_cast<int>(shards.size()));
}

Place ZoneOf(const Place& place) { return {.zone = place.zone, .host = kUnknownPlace}; }
Place HostOf(const Place& place) { return place.host == kUnknownPlace ? Place() : place; }

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
  // Mostly they were made so, and a flow takes long for a thousand shards.
  if (IsEven(shards, ZoneOf) && IsEven(shards, HostOf)) {
    return {.chosen = std::vector<int>(shards.size(), RoleSpread::kStays), .excess = {}};
  }
  return Spread(shards, /*even=*/true);
}

}  // namespace redisop
