// How many slots each primary is to own, and the fewest moves to get there.
//
// The nodes of a problem are numbered 0…n-1; the callers keep the meaning.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SHARE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SHARE_H_

#include <vector>

namespace redisop {

// The numbers of slots a node may end with: low … high.
struct Share {
  int low = 0;
  int high = 0;
  friend bool operator==(const Share&, const Share&) = default;
};

// floor and ceil of total × weight / sum of weights, widened by `tolerance_percent` of the share. A
// weight of 0 empties a node. Sum of low <= total <= sum of high. Requires: weights >= 0, one of
// them above 0; total >= 0.
std::vector<Share> SharesFor(const std::vector<int>& weights, int total, double tolerance_percent);

// The fewest slots that any sequence of moves from `current` to shares can move, with `unassigned`
// slots that are given away for free: max(Σ max(0, current − high), Σ max(0, low − current) −
// unassigned). Every plan of this planner moves exactly so many. Requires: Σ low <= Σ current +
// unassigned <= Σ high.
int FewestMoves(const std::vector<int>& current, const std::vector<Share>& shares, int unassigned);

// Final numbers within the shares that FewestMoves reaches. Never makes a node both source and
// target. Where it is free to choose, those who hold most keep most. Same requirement.
std::vector<int> FinalCounts(const std::vector<int>& current, const std::vector<Share>& shares,
                             int unassigned);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SHARE_H_
