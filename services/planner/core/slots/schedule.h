// In which order transfers run, when a source gives and a target takes one at a time.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SCHEDULE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SCHEDULE_H_

#include <cstddef>
#include <optional>
#include <vector>

namespace redisop {

// Nodes are numbered from 0 on, without large gaps.
struct Transfer {
  int source = 0;
  int target = 0;
  double seconds = 0;
};

struct Scheduled {
  size_t transfer = 0;
  double start = 0;
  // The transfer that must end before, beyond those of the same source and target: its lane.
  std::optional<size_t> lane_before;
};

struct Schedule {
  std::vector<Scheduled> order;  // by start
  double makespan = 0;
  // No order of these transfers can be shorter: the busiest node, and all work over all lanes.
  double makespan_minimum = 0;
};

// List scheduling: whenever something is free, the transfer whose source or target has most work
// left starts; of several, the one whose other side has most. Requires: lanes >= 1.
Schedule ScheduleTransfers(const std::vector<Transfer>& transfers, int lanes);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_SCHEDULE_H_
