// The bulk of a balance by load: whole runs of slots, cut where the map of slots keeps few ranges.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_CUT_RUNS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_CUT_RUNS_H_

#include "services/planner/core/slots/load_state.h"

namespace redisop {

// Moves runs until what is left is less than the slots at their edges. The runs are those that
// ChooseMapGreedily finds when each slot is as long as its load; a slot that a cut goes through
// goes with the larger part that is given away. Only moves after which givers are still at or above
// their share and takers at or below it.
void CutRuns(LoadState& state);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_CUT_RUNS_H_
