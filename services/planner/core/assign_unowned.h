// Giving away slots that nobody owns, for formation and for repair.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_ASSIGN_UNOWNED_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_ASSIGN_UNOWNED_H_

#include <set>
#include <vector>

#include "services/planner/core/draft.h"
#include "services/planner/core/slot_wish.h"

namespace redisop {

// Proposes an AssignSlots for each transfer without a source; each waits for the steps `after`.
// `one_before_all`: only the first does, and all others wait for the first: a barrier whose size
// grows with the number of steps, not with its square.
void AssignUnowned(Draft& draft, const SlotWish& wish, const std::vector<SlotTransfer>& transfers,
                   std::set<size_t> after, bool one_before_all);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_ASSIGN_UNOWNED_H_
