// Which member of each shard should be its primary, so that the loss of one zone leaves a majority
// of primaries: without one Redis elects nobody (Redis Cluster specification, "Replica election").
//
// Pure functions.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_ROLE_SPREAD_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_ROLE_SPREAD_H_

#include <vector>

namespace redisop {

// Zones are numbers 0 … zones-1.
struct ShardZones {
  int current = 0;              // zone of the primary
  std::vector<int> candidates;  // zones of the members that could be the primary without loss;
                                // `current` may be left out
};

struct RoleSpread {
  std::vector<int> zone_of_primary;  // by shard
  int failovers = 0;                 // shards whose primary changes its zone
  int violations = 0;                // primaries above the cap, summed over zones
};

// The most primaries one zone may hold: below half of `shards`, but never less than an even spread
// needs.
int PrimariesPerZoneMax(int shards, int zones);

// The spread with the fewest violations of `cap`, and among those the one with the fewest
// failovers: both are minima over all choices (minimum-cost flow; role_spread_test.cc compares with
// exhaustive search). A shard stays where it is when nothing is gained. Requires: all zones in
// range, cap >= 0.
RoleSpread SpreadPrimaries(const std::vector<ShardZones>& shards, int zones, int cap);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_ROLE_SPREAD_H_
