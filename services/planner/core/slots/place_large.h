// Slots that a balance by load has to look at one by one, whatever runs they are in.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PLACE_LARGE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PLACE_LARGE_H_

#include "services/planner/core/slots/load_state.h"

namespace redisop {

// Before runs are cut: moves slots that are large beside the shares, the largest first, as far as
// givers have to give and takers have to take so much. Runs of small slots fill up what is left;
// the other way round there would be no room for the large ones.
void MoveLargeSlots(LoadState& state);

// After runs were cut: gives everything that still has to go, the largest slots first, each to a
// taker that had room for it at the start. What such a taker got before and is too much then goes
// to others instead.
void PlaceTheRest(LoadState& state);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PLACE_LARGE_H_
