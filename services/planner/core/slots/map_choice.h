// Which of the maps that meet all needs is taken: the one with the fewest ranges; among several,
// the one whose moves take the shortest time.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_MAP_CHOICE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_MAP_CHOICE_H_

#include <vector>

#include "services/planner/core/slots/edge_choice.h"

namespace redisop {

// How long moves take. Without `seconds_per_slot` time decides nothing.
struct MoveRates {
  double seconds_per_move = 0;
  std::vector<double> seconds_per_slot = {};  // by the node that gives
  int lanes = 1;                              // moves that may run at the same time
};

// Arguments and requirements as in ChooseEdges. Several greedy orders are tried; short lines are
// searched (edge_search.h) unless one of the orders leaves one range to each owner. Deterministic.
std::vector<Run> ChooseMap(const std::vector<Run>& line, const std::vector<int>& surplus,
                           const std::vector<int>& need, int unassigned, const MoveRates& rates);

// By the greedy orders alone: quicker, and seldom more ranges. For lines that are cut roughly
// anyway.
std::vector<Run> ChooseMapGreedily(const std::vector<Run>& line, const std::vector<int>& surplus,
                                   const std::vector<int>& need, int unassigned);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_MAP_CHOICE_H_
