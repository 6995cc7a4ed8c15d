// One cluster, rebalanced by redis-cli's rules and by the planner.

#ifndef REDIS_OPERATOR_BENCH_REBALANCE_COMPARISON_H_
#define REDIS_OPERATOR_BENCH_REBALANCE_COMPARISON_H_

#include <vector>

#include "common/model/slot_set.h"

namespace redisop::bench {

// How far a primary may be from its share before anything moves. redis-cli measures against what
// the node has, the planner against its share.
struct Tolerance {
  double redis_cli_threshold_percent = 0;
  double planner_percent = 0;
};

// Every primary gets its share to the slot.
inline constexpr Tolerance kExact = {0.001, 0};
// redis-cli's default of 2 %: at most share / 0.98 slots, which is 2.041 % more than the share.
inline constexpr Tolerance kTwoPercent = {2, 2.041};

struct Rebalanced {
  int moved = 0;   // slots that change their owner
  int ranges = 0;  // of the slot map afterwards
  int spread = 0;  // slots of the fullest primary less those of the emptiest, afterwards
};

struct Compared {
  Rebalanced redis_cli;
  Rebalanced planner;
  double planner_seconds = 0;  // of ComputePlan
};

// Both on the same slot map. What the planner's steps lead to is counted here, not taken from its
// bounds. Ends the program when a plan does anything but move slots, or moves what a source has
// not.
Compared Compare(const std::vector<SlotSet>& slots, const Tolerance& tolerance);

// More slots moved, or as many and more ranges. Where every share is to be exact, more ranges are
// worse in any case; with a tolerance fewer moves leave more of the old ranges, and the planner
// takes fewer moves first.
bool PlannerIsWorse(const Rebalanced& redis_cli, const Rebalanced& planner,
                    const Tolerance& tolerance);

// `before` and `after`: what each primary owns.
Rebalanced CountChanges(const std::vector<SlotSet>& before, const std::vector<SlotSet>& after);

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_REBALANCE_COMPARISON_H_
