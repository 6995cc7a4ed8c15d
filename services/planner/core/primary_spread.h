// How the primaries are spread over the zones, and the fewest failovers that spread them better.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PRIMARY_SPREAD_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PRIMARY_SPREAD_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "services/planner/core/goal.h"
#include "services/planner/core/shape.h"

namespace redisop {

struct PrimarySpread {
  // Shards whose primary should be in another zone, with that zone; the fewest that reach the least
  // excess. Empty too when a zone is not known, or a primary is not there.
  std::vector<std::pair<std::string, std::string>> changes;
  std::map<std::string, int> in_zone;
  int per_zone_max = 0;
  // Primaries above the limit, now and at best.
  int excess = 0;
  int excess_minimum = 0;
};

// True for an in-sync replica that may take the place of its primary.
bool CanBePromoted(const Shard& shard, const Node& replica);

PrimarySpread SpreadOf(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PRIMARY_SPREAD_H_
