#include "services/planner/core/slots/schedule.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace redisop {
namespace {

struct Lane {
  double free_at = 0;
  std::optional<size_t> last;
};

}  // namespace

Schedule ScheduleTransfers(const std::vector<Transfer>& transfers, int lanes) {
  std::set<int> sources;
  std::set<int> targets;
  std::map<int, double> work;
  double total = 0;
  for (const Transfer& transfer : transfers) {
    // No node is both source and target, so one table holds both.
    work[transfer.source] += transfer.seconds;
    work[transfer.target] += transfer.seconds;
    total += transfer.seconds;
    sources.insert(transfer.source);
    targets.insert(transfer.target);
  }
  Schedule schedule;
  schedule.makespan_minimum = total / lanes;
  for (const auto& [node, seconds] : work) {
    schedule.makespan_minimum = std::max(schedule.makespan_minimum, seconds);
  }
  // With fewer sources or targets than lanes, these alone keep the number within the limit.
  const bool limited = std::min(sources.size(), targets.size()) > static_cast<size_t>(lanes);
  std::vector<Lane> lane(std::min(static_cast<size_t>(lanes), transfers.size()));
  std::map<int, double> free_at;
  std::vector<size_t> left(transfers.size());
  for (size_t i = 0; i < left.size(); ++i) {
    left[i] = i;
  }
  while (!left.empty()) {
    const auto next_lane =
        std::min_element(lane.begin(), lane.end(),
                         [](const Lane& a, const Lane& b) { return a.free_at < b.free_at; });
    const auto start_of = [&](size_t i) {
      return std::max(
          {next_lane->free_at, free_at[transfers[i].source], free_at[transfers[i].target]});
    };
    const auto urgency = [&](size_t i) {
      const auto [less, more] = std::minmax(work[transfers[i].source], work[transfers[i].target]);
      return std::pair(more, less);
    };
    const auto next = std::min_element(left.begin(), left.end(), [&](size_t a, size_t b) {
      const double start_a = start_of(a);
      const double start_b = start_of(b);
      return start_a != start_b ? start_a < start_b : urgency(a) > urgency(b);
    });
    const size_t i = *next;
    const double start = start_of(i);
    const double end = start + transfers[i].seconds;
    schedule.order.push_back({i, start, limited ? next_lane->last : std::nullopt});
    for (const int node : {transfers[i].source, transfers[i].target}) {
      free_at[node] = end;
      work[node] -= transfers[i].seconds;
    }
    *next_lane = {end, i};
    schedule.makespan = std::max(schedule.makespan, end);
    left.erase(next);
  }
  std::stable_sort(schedule.order.begin(), schedule.order.end(),
                   [](const Scheduled& a, const Scheduled& b) { return a.start < b.start; });
  return schedule;
}

}  // namespace redisop
