// Who gives which slots to whom when the balance goes by keys or by memory.
//
// Dividing indivisible slots evenly is a hard problem (bin packing); the least load that has to
// move is easy to tell, and the plan stays near it: runs are cut as for a balance by slots, what is
// left is moved slot by slot, the largest fitting one first. No node gives and takes, no slot moves
// twice, nothing moves while all nodes are within their tolerance, and balancing the result moves
// nothing. The last holds with one exception: a slot larger than the grain that has to leave its
// node may bring the taker so far above its share that a later plan takes other slots from it.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_BALANCE_LOAD_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_BALANCE_LOAD_H_

#include <cstdint>
#include <vector>

#include "services/planner/core/slots/load_shares.h"

namespace redisop {

struct LoadBalance {
  std::vector<int> owner;  // of each slot afterwards
  int64_t moved = 0;       // load that changes its owner; what was unassigned doesn't count
  // The least load that any plan has to move for all nodes to reach their goals.
  int64_t moved_minimum = 0;
};

// `fixed`, by slot: stays unless its node gives everything. Requires: `shares` are those of
// `loads`.
LoadBalance BalanceLoad(const SlotLoads& loads, const LoadShares& shares,
                        const std::vector<bool>& fixed);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_BALANCE_LOAD_H_
