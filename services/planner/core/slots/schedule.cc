#include "services/planner/core/slots/schedule.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace redisop {
namespace {

struct Lane {
  double free_at = 0;
  std::optional<size_t> last;
};

// No node is both source and target, so one table holds both.
struct Worker {
  double work = 0;  // seconds that are left
  double free_at = 0;
  bool gives = false;
  bool takes = false;
};

std::vector<Worker> WorkersOf(const std::vector<Transfer>& transfers) {
  std::vector<Worker> workers;
  for (const Transfer& transfer : transfers) {
    const auto source = static_cast<size_t>(transfer.source);
    const auto target = static_cast<size_t>(transfer.target);
    workers.resize(std::max({workers.size(), source + 1, target + 1}));
    workers[source].gives = true;
    workers[source].work += transfer.seconds;
    workers[target].takes = true;
    workers[target].work += transfer.seconds;
  }
  return workers;
}

// With fewer sources or targets than lanes, these alone keep the number within the limit.
bool LanesLimit(const std::vector<Worker>& workers, int lanes) {
  const auto sources = std::count_if(workers.begin(), workers.end(),
                                     [](const Worker& worker) { return worker.gives; });
  const auto targets = std::count_if(workers.begin(), workers.end(),
                                     [](const Worker& worker) { return worker.takes; });
  return std::min(sources, targets) > lanes;
}

double MakespanMinimum(const std::vector<Transfer>& transfers, const std::vector<Worker>& workers,
                       int lanes) {
  double total = 0;
  for (const Transfer& transfer : transfers) {
    total += transfer.seconds;
  }
  double minimum = total / lanes;
  for (const Worker& worker : workers) {
    minimum = std::max(minimum, worker.work);
  }
  return minimum;
}

}  // namespace

Schedule ScheduleTransfers(const std::vector<Transfer>& transfers, int lanes) {
  std::vector<Worker> workers = WorkersOf(transfers);
  const auto source_of = [&](size_t i) -> Worker& {
    return workers[static_cast<size_t>(transfers[i].source)];
  };
  const auto target_of = [&](size_t i) -> Worker& {
    return workers[static_cast<size_t>(transfers[i].target)];
  };
  Schedule schedule;
  schedule.makespan_minimum = MakespanMinimum(transfers, workers, lanes);
  const bool limited = LanesLimit(workers, lanes);
  std::vector<Lane> lane(std::min(static_cast<size_t>(lanes), transfers.size()));
  std::vector<size_t> left(transfers.size());
  std::iota(left.begin(), left.end(), size_t{0});
  while (!left.empty()) {
    const auto next_lane =
        std::min_element(lane.begin(), lane.end(),
                         [](const Lane& a, const Lane& b) { return a.free_at < b.free_at; });
    auto next = left.end();
    double start = 0;
    std::pair<double, double> urgency;
    for (auto i = left.begin(); i != left.end(); ++i) {
      const Worker& source = source_of(*i);
      const Worker& target = target_of(*i);
      const double can_start = std::max({next_lane->free_at, source.free_at, target.free_at});
      const auto [less, more] = std::minmax(source.work, target.work);
      const std::pair work(more, less);
      if (next == left.end() || can_start < start || (can_start == start && work > urgency)) {
        next = i;
        start = can_start;
        urgency = work;
      }
    }
    const size_t i = *next;
    const double end = start + transfers[i].seconds;
    schedule.order.push_back({i, start, limited ? next_lane->last : std::nullopt});
    for (Worker* worker : {&source_of(i), &target_of(i)}) {
      worker->free_at = end;
      worker->work -= transfers[i].seconds;
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
