// What planning costs: time and memory of ComputePlan.

#ifndef REDIS_OPERATOR_BENCH_PLANNER_PLANNING_H_
#define REDIS_OPERATOR_BENCH_PLANNER_PLANNING_H_

#include "bench/planner/clusters.h"

namespace redisop::bench {

struct PlanningCost {
  int steps = 0;
  int blocked = 0;
  int slots_moved = 0;
  // Processor time of one plan: the median of several, and the worst.
  double milliseconds = 0;
  double milliseconds_worst = 0;
  // How far the resident memory grows while the first plan is made, the plan included.
  double mebibytes = 0;
};

// Measures in a process of its own, so that no memory of an earlier task is used again. Ends the
// program when the system refuses one.
PlanningCost MeasurePlanning(const Task& task);

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_PLANNER_PLANNING_H_
