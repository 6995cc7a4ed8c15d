// How much load each primary is to hold when the balance goes by keys or by memory.
//
// Load is in keys or bytes, and every slot counts as one more, so that empty slots are spread too.
// Slots are indivisible: no primary can be closer to its share than the slots at hand allow. What
// they allow is the grain, the size up to which slots hold an eighth of all load; a tolerance is
// never less. The shares and the grain depend on the loads and on where hot slots are, not on who
// owns the rest: a plan doesn't change what it is measured by.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_LOAD_SHARES_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_LOAD_SHARES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/planner/core/slots/owner.h"

namespace redisop {

struct SlotLoads {
  // By slot, from the first to the last of the line; both have the same length.
  std::vector<int> owner;     // a node, kUnassigned or kLeftOut
  std::vector<int64_t> load;  // at least 1; all together at most 2^61
  // By node. 0: the node gives everything. At least one is above 0.
  std::vector<int> weights;
};

struct LoadShare {
  int64_t share = 0;
  // A load in share ± tolerance is left alone.
  int64_t tolerance = 0;
  // Moves end in share ± goal, half the tolerance: a load that changes by itself, as loads do,
  // doesn't leave the tolerance again with the next key.
  int64_t goal = 0;
};

struct LoadShares {
  std::vector<LoadShare> nodes;
  std::vector<int64_t> held;  // by node: what it holds now
  int64_t grain = 0;
  // Ascending. Each of these slots alone holds more than the largest share, so no plan can balance
  // it. They stay where they are unless their node gives everything, and a node with such slots has
  // just these as its share; the others share the rest.
  std::vector<int> hot;

  int64_t Excess(size_t node) const { return held[node] - nodes[node].share; }
  bool IsWithinTolerance(size_t node) const {
    return Excess(node) <= nodes[node].tolerance && -Excess(node) <= nodes[node].tolerance;
  }
};

// `tolerance_percent` of the share. The shares add up to the load of all nodes and of what is
// unassigned.
LoadShares SharesByLoad(const SlotLoads& loads, double tolerance_percent);

// Whether a node is outside its tolerance, or has to give all and still owns slots, or slots are
// unassigned.
bool NeedsMoves(const SlotLoads& loads, const LoadShares& shares);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_LOAD_SHARES_H_
