// One greedy order of cuts: the slot map as a line of runs, from whose edges givers give to
// takers, cheapest bite first.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_EDGE_CHOICE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_EDGE_CHOICE_H_

#include <vector>

namespace redisop {

// Slots first … end-1 of one owner (kUnassigned of owner.h: unassigned). Neighbours in a line
// have different owners. A line may be longer than kSlotCount, up to 2^30, where slots are as long
// as their loads (cut_runs.h).
struct Run {
  int first = 0;
  int end = 0;
  int owner = 0;
  int size() const { return end - first; }
  friend bool operator==(const Run&, const Run&) = default;
};

// How ties between equally good bites are broken. Different tastes lead to different maps; the
// caller keeps the best.
struct Taste {
  bool from_the_end = false;  // prefer high slots
  bool finish_first =
      true;  // prefer bites that finish a giver or a taker to those that meet a second giver
  bool large_takers_first = true;  // a new run goes to the taker with the largest need, else to the
                                   // smallest that it can finish
  bool large_bites_first = true;   // else along the line, so that neighbours are cut in pairs
};

// The line of runs after all needs are met. `surplus[i]` and `need[i]`: slots that node i has to
// give or to take, one of them 0; `unassigned` is what kUnassigned gives. Requires: sum(surplus) +
// unassigned == sum(need).
std::vector<Run> ChooseEdges(std::vector<Run> line, std::vector<int> surplus, std::vector<int> need,
                             int unassigned, const Taste& taste);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_EDGE_CHOICE_H_
