// Which member of each shard should be its primary, so that the loss of one zone, or of one host,
// leaves a majority of primaries: without one Redis elects nobody (Redis Cluster specification,
// "Replica election").
//
// Pure functions. All choices are minima over all there are (minimum-cost flow: shard → host →
// zone; role_spread_test.cc compares with exhaustive search).

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_ROLE_SPREAD_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_ROLE_SPREAD_H_

#include <compare>
#include <vector>

#include "services/planner/core/placement/place.h"

namespace redisop {

struct ShardSeats {
  Place current;                  // of the primary
  std::vector<Place> candidates;  // of the members that could be the primary without loss, the
                                  // best first
};

// Primaries above the most that one zone, and one host, may hold; summed over all of them. An
// excess in a zone is worse than any in hosts.
struct RoleExcess {
  int zones = 0;
  int hosts = 0;
  friend auto operator<=>(const RoleExcess&, const RoleExcess&) = default;
};

struct RoleSpread {
  static constexpr int kStays = -1;
  std::vector<int> chosen;  // by shard: number of the candidate, or kStays
  int changes = 0;          // shards whose primary is another one
  RoleExcess excess;
};

// The most primaries one zone or host may hold while the others are a majority: ⌈shards / 2⌉ - 1.
// All of them when there are fewer than three: then no spread leaves a majority.
int PrimariesMax(int shards);

RoleExcess ExcessOf(const std::vector<Place>& primaries);

// The least excess that any spread of so many primaries over so many zones, or hosts, has. 0 when
// none is known.
int UnavoidableExcess(int shards, int places);

// The least excess, and among the spreads that have it one with the fewest changes: for primaries
// that serve, where a change is a failover. A shard stays as it is when nothing is gained.
RoleSpread RestoreSpread(const std::vector<ShardSeats>& shards);

// The least excess, then as even over zones and then over hosts as possible, then the fewest
// changes: for primaries that are only being appointed.
RoleSpread EvenSpread(const std::vector<ShardSeats>& shards);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_ROLE_SPREAD_H_
