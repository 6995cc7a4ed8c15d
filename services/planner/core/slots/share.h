// How many slots each node should own, and the fewest slots that have to move to get there.
//
// Pure functions.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SHARE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SHARE_H_

#include <vector>

namespace redisop {

// The fewest and the most slots that a node may own.
struct Share {
  int low = 0;
  int high = 0;
  friend bool operator==(const Share&, const Share&) = default;
};

// Shares in proportion to the weights, floor and ceiling of the exact value, widened by
// `tolerance_percent` of it. A node of weight 0 is to own nothing. The sums always enclose `slots`:
// sum(low) <= slots <= sum(high). Requires: weights >= 0, one of them > 0, 0 <= tolerance.
std::vector<Share> ComputeShares(const std::vector<int>& weights, double tolerance_percent,
                                 int slots);

// The fewest slots that any sequence of moves from `current` counts to counts within the shares can
// move, when `unassigned` slots belong to nobody: max(sum of what is above high, sum of what is
// below low − unassigned). Each move takes one slot of surplus and fills one of deficit at the
// most. Checked against exhaustive search in share_test.cc. Requires: sum(low) <= sum(current) +
// unassigned <= sum(high).
int FewestMoves(const std::vector<int>& current, const std::vector<Share>& shares, int unassigned);

// Counts within the shares that exactly FewestMoves moves lead to: no node both gives and takes.
// Where there is a choice, nodes that hold more keep more. Same requirement as FewestMoves.
std::vector<int> ChooseCounts(const std::vector<int>& current, const std::vector<Share>& shares,
                              int unassigned);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SHARE_H_
