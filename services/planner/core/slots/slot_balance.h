// Which slots move where. The number is the minimum of share.h; the choice of slots keeps the slot
// map in few ranges: slots are taken at the edges of runs, next to another run of the taker or of
// another giver, so that the cuts join (fragmented maps make CLUSTER SLOTS, and with it every
// client, slow).
//
// Pure functions; the same input gives the same moves.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SLOT_BALANCE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SLOT_BALANCE_H_

#include <vector>

#include "common/model/slot_set.h"

namespace redisop {

// Nodes are numbers: positions in the vectors. kNobody owns what is unassigned.
inline constexpr int kNobody = -1;

struct SlotMove {
  int source = kNobody;  // kNobody: the slots are assigned, not moved
  int target = 0;
  SlotSet slots;
};

struct SlotBalance {
  std::vector<SlotMove> moves;  // one for each pair of source and target that there is, ascending
                                // by source, then target
  std::vector<SlotSet> after;   // by node
  int ranges_before = 0;        // of all nodes together
  int ranges_after = 0;
};

// Moves slots until node i owns counts[i]. Slots that no node owns are given away first. Nodes that
// have too many only give, nodes that have too few only take. Requires: `owned` do not overlap;
// counts sum up to kSlotCount.
SlotBalance BalanceSlots(const std::vector<SlotSet>& owned, const std::vector<int>& counts);

// Ranges of all nodes together.
int CountRanges(const std::vector<SlotSet>& owned);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SLOT_BALANCE_H_
