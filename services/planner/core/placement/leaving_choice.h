// Which shards leave when there are more than wished.
//
// Pure function; a minimum over all choices (minimum-cost flow; leaving_choice_test.cc compares
// with exhaustive search).

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_LEAVING_CHOICE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_LEAVING_CHOICE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/planner/core/placement/role_spread.h"

namespace redisop {

struct ShardThatMayLeave {
  Place primary;
  bool stuck = false;  // its slots can't be moved now
  int64_t load = 0;    // what has to move when it leaves; in coarse units, so that many are equal
  int slots = 0;       // how many slots have to move
  int copies = 0;      // replicas that go with it
};

// The numbers of `leaving` shards, ascending. In this order: fewest that are stuck; least load; the
// least excess of the primaries that stay (role_spread.h); fewest slots; fewest copies; those that
// come first in `shards`. Load comes before excess: failovers mend an excess at once, and the more
// of a shard has moved the surer it goes on leaving. Requires: 0 <= leaving <= shards.size().
std::vector<size_t> ChooseLeaving(const std::vector<ShardThatMayLeave>& shards, int leaving);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_LEAVING_CHOICE_H_
