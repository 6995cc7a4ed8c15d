#include "services/planner/core/slots/balance_load.h"

#include <cstddef>

#include "services/planner/core/slots/cut_runs.h"
#include "services/planner/core/slots/load_state.h"
#include "services/planner/core/slots/move_singly.h"
#include "services/planner/core/slots/place_large.h"

namespace redisop {

LoadBalance BalanceLoad(const SlotLoads& loads, const LoadShares& shares,
                        const std::vector<bool>& fixed) {
  LoadState state(loads, shares, fixed);
  LoadBalance balance;
  if (NeedsMoves(loads, shares)) {
    const LoadAmounts amounts = state.Amounts();
    balance.moved_minimum = amounts.total - amounts.unassigned;
    MoveLargeSlots(state);
    CutRuns(state);
    PlaceTheRest(state);
    MoveSingly(state);
  }
  balance.owner = state.owners();
  for (size_t slot = 0; slot < loads.owner.size(); ++slot) {
    const bool moves = loads.owner[slot] >= 0 && balance.owner[slot] != loads.owner[slot];
    balance.moved += moves ? loads.load[slot] : 0;
  }
  return balance;
}

}  // namespace redisop
