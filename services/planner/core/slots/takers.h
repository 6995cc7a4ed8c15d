// Those who are to get slots, found by how many they still need.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_TAKERS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_TAKERS_H_

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

namespace redisop {

class Takers {
 public:
  // `need[i]`: slots that node i has to get; 0 for all others.
  explicit Takers(std::vector<int> need);

  // The sum of all needs.
  int missing() const { return missing_; }
  int NeedOf(int node) const { return need_[static_cast<size_t>(node)]; }
  // Requires: size <= NeedOf(taker).
  void Give(int taker, int size);

  // Who gets a new run of at most `size` slots: one who needs exactly that. Else the one whose need
  // was the largest at the start; but unless `large_first`, rather the one with the largest need
  // below `size`. Of equal ones the one who needed more at the start. Requires: missing() > 0.
  int FindFor(int size, bool large_first) const;

 private:
  std::vector<int> need_;
  int missing_ = 0;
  std::vector<int> order_;                 // by need at the start, the largest first
  std::vector<int> place_;                 // in that order, by node
  size_t first_ = 0;                       // of those in the order that need something
  std::set<std::pair<int, int>> by_need_;  // need, place
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_TAKERS_H_
