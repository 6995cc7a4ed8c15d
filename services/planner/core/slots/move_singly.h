// A balance by load, slot by slot: the large slots before whole runs are cut, and the rest after
// it.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_MOVE_SINGLY_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_MOVE_SINGLY_H_

#include "services/planner/core/slots/load_state.h"

namespace redisop {

// Moves single slots between givers and takers of which one is outside its goal, until none may be
// moved any more. A slot may be moved
//   - when no share is crossed by it; then,
//   - up to the size of the grain, when giver and taker stay within their goals on the other side
//     of their shares; then,
//   - of any size from a giver above its goal to a taker below its goal, when the giver falls below
//     its share by the grain at most, and the taker doesn't rise above its share (above its goal,
//     when it is the last taker below).
// Each of the three leaves nothing to the ones before it, and a result in which they find nothing
// gives them nothing to find when givers and takers are chosen anew: balancing a balanced map moves
// no slot.
void MoveSingly(LoadState& state);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_MOVE_SINGLY_H_
