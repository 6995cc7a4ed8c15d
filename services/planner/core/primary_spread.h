// How the primaries are spread over zones and hosts, and the fewest failovers that spread them
// better.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PRIMARY_SPREAD_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PRIMARY_SPREAD_H_

#include <string>
#include <vector>

#include "services/planner/core/goal.h"
#include "services/planner/core/name_table.h"
#include "services/planner/core/placement/role_spread.h"
#include "services/planner/core/shape.h"

namespace redisop {

struct PrimarySpread {
  struct Change {
    std::string shard;
    NodeId replica;       // the one to promote
    std::string because;  // "zone b has 2 primaries", as it is when its turn comes
  };
  // The fewest that reach the least excess, in an order that never makes it worse on the way. Empty
  // too when a primary is not there: an election may be under way.
  std::vector<Change> changes;
  // Primaries by name of the place, which the nodes keep; empty when the zone, or the host, of a
  // member is not known: then nothing is said of zones, or of hosts.
  NameViewMap<int> in_zone;
  NameViewMap<int> on_host;
  // The most primaries that one of them may hold while the others are a majority.
  int most = 0;
  RoleExcess excess;          // now
  RoleExcess excess_minimum;  // after the changes
  RoleExcess unavoidable;     // however primaries were spread over the zones and hosts there are
};

// True for an in-sync replica that may take the place of its primary.
bool CanBePromoted(const Shard& shard, const Node& replica);

PrimarySpread SpreadOf(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PRIMARY_SPREAD_H_
