// Where the missing copies of shards should go, so that the copies of one shard are apart and the
// domains (zones, or hosts) are loaded evenly; and how far any placement could get.
//
// Pure functions. Domains are numbers 0 … domains-1.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_PLACEMENT_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_PLACEMENT_H_

#include <vector>

namespace redisop {

struct ShardCopies {
  std::vector<int> placed;  // domains of the copies that are there, one entry a copy
  int missing = 0;          // copies to place
};

struct CopyPlacement {
  std::vector<std::vector<int>> domains;  // by shard: the domains of its new copies, ascending
  int together = 0;  // copies that share the domain of an earlier copy of their shard, afterwards
};

// Places all missing copies. In this order: fewest copies together; copies of a shard spread evenly
// over domains; domains filled evenly for their capacity. The first is a minimum over all
// placements of the missing copies (minimum-cost flow; copy_placement_test.cc compares with
// exhaustive search). `capacity[d]`: relative size of the domain, such as its number of hosts; 0
// takes nothing. When all capacities are 0 nothing is placed. Requires: placed domains in range.
CopyPlacement PlaceCopies(const std::vector<ShardCopies>& shards, const std::vector<int>& capacity);

// The fewest pairs "copy on a host that already has one of its shard" that any assignment of pods
// to shards can have, when host h has pods[h] pods and there are `shards` shards of equal size: sum
// of max(0, pods[h] - shards) (Gale–Ryser condition).
int FewestTogether(const std::vector<int>& pods, int shards);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_PLACEMENT_H_
