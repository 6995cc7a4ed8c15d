// Which slots change their owner, so that the slot map keeps few ranges.
//
// Fragments cost clients and servers: CLUSTER SLOTS repeats all node entries per range. Among the
// plans with the fewest moves the one with the fewest ranges that is found is taken (map_choice.h):
// cuts are made at the borders of ranges, next to another giver, so that two cuts join into one
// range of the taker; whole short ranges go first; a neighbour that takes extends its range.
// Deterministic.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PLACE_SLOTS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PLACE_SLOTS_H_

#include <vector>

#include "common/model/slot_set.h"
#include "services/planner/core/slots/map_choice.h"
#include "services/planner/core/slots/owner.h"

namespace redisop {

struct SlotTransfer {
  int source = 0;  // or kUnassigned
  int target = 0;
  SlotSet slots;
  friend bool operator==(const SlotTransfer&, const SlotTransfer&) = default;
};

struct SlotPlacement {
  // One per pair, ordered by source and target. Slots of one source go to as few targets as the
  // numbers allow where that costs no ranges.
  std::vector<SlotTransfer> transfers;
  // Ranges of the slot map before and afterwards, without slots that nobody owns.
  int ranges_before = 0;
  int ranges = 0;
};

// The transfers between two maps, by slot: the owner is a node, and before also kUnassigned; slots
// of kLeftOut are the same in both.
SlotPlacement PlacementBetween(const std::vector<int>& before, const std::vector<int>& after);

// Who gives which slots to whom so that node i ends with counts[i]. Nodes above their count give
// exactly the difference, nodes below take exactly the difference, all others are left alone.
// Requires: disjoint sets; counts add up to kSlotCount; rates for all nodes or none.
SlotPlacement PlaceSlots(const std::vector<SlotSet>& current, const std::vector<int>& counts,
                         const MoveRates& rates);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PLACE_SLOTS_H_
