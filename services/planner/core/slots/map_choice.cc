#include "services/planner/core/slots/map_choice.h"

#include <algorithm>
#include <map>
#include <utility>

#include "services/planner/core/slots/edge_search.h"
#include "services/planner/core/slots/schedule.h"

namespace redisop {
namespace {

using Line = std::vector<Run>;

// To stay fast, longer lines are cut in fewer greedy orders.
constexpr size_t kRunsForAllTastes = 64;
constexpr size_t kRunsForSomeTastes = 400;
// A few owners in many pieces are quick to cut too.
constexpr size_t kFewOwners = 64;
constexpr size_t kRunsForSomeTastesOfFew = 4000;

// Each of them keeps at least one range.
size_t OwnersAfter(const Line& line, const std::vector<int>& surplus,
                   const std::vector<int>& need) {
  std::vector<int> left(need);
  for (const Run& run : line) {
    if (run.owner >= 0) {
      left[static_cast<size_t>(run.owner)] += run.size();
    }
  }
  size_t owners = 0;
  for (size_t i = 0; i < left.size(); ++i) {
    owners += left[i] > surplus[i] ? 1 : 0;
  }
  return owners;
}

// How many slots go from whom to whom; unassigned ones are free.
std::map<std::pair<int, int>, int> MovesBetween(const Line& before, const Line& after) {
  std::map<std::pair<int, int>, int> moves;
  size_t i = 0;
  for (const Run& run : after) {
    for (int at = run.first; at < run.end;) {
      while (before[i].end <= at) {
        ++i;
      }
      const int end = std::min(before[i].end, run.end);
      if (before[i].owner != run.owner && before[i].owner >= 0) {
        moves[{before[i].owner, run.owner}] += end - at;
      }
      at = end;
    }
  }
  return moves;
}

double SecondsOf(const Line& before, const Line& after, const MoveRates& rates) {
  std::vector<Transfer> transfers;
  for (const auto& [pair, slots] : MovesBetween(before, after)) {
    const double of_slot = rates.seconds_per_slot[static_cast<size_t>(pair.first)];
    transfers.push_back({pair.first, pair.second, rates.seconds_per_move + of_slot * slots});
  }
  return ScheduleTransfers(transfers, rates.lanes).makespan;
}

// The maps with the fewest ranges among those that were added, in the order in which they came.
class FewestRanges {
 public:
  void Add(Line map) {
    if (!maps_.empty() && map.size() < ranges()) {
      maps_.clear();
    }
    if ((maps_.empty() || map.size() == ranges()) &&
        std::find(maps_.begin(), maps_.end(), map) == maps_.end()) {
      maps_.push_back(std::move(map));
    }
  }
  size_t ranges() const { return maps_.front().size(); }
  std::vector<Line>& maps() { return maps_; }

 private:
  std::vector<Line> maps_;
};

FewestRanges GreedyMaps(const Line& line, const std::vector<int>& surplus,
                        const std::vector<int>& need, int unassigned) {
  FewestRanges fewest;
  const size_t size = std::max(line.size(), need.size());
  const size_t some = need.size() <= kFewOwners ? kRunsForSomeTastesOfFew : kRunsForSomeTastes;
  // finish_first and large_takers_first (bits 1 and 2) make a difference in short lines only.
  const auto is_tried = [size, some](int i) {
    return size <= kRunsForAllTastes || i == 0 || (size <= some && (i & 6) == 0);
  };
  for (int i = 0; i < 16; ++i) {
    if (!is_tried(i)) {
      continue;
    }
    const Taste taste{.from_the_end = (i & 1) != 0,
                      .finish_first = (i & 2) == 0,
                      .large_takers_first = (i & 4) == 0,
                      .large_bites_first = (i & 8) == 0};
    fewest.Add(ChooseEdges(line, surplus, need, unassigned, taste));
  }
  return fewest;
}

}  // namespace

std::vector<Run> ChooseMap(const std::vector<Run>& line, const std::vector<int>& surplus,
                           const std::vector<int>& need, int unassigned, const MoveRates& rates) {
  FewestRanges fewest = GreedyMaps(line, surplus, need, unassigned);
  const int width = BeamWidthFor(line, surplus, need);
  if (width > 0 && fewest.ranges() > OwnersAfter(line, surplus, need)) {
    for (Line& map : SearchEdges(line, surplus, need, unassigned, width)) {
      fewest.Add(std::move(map));
    }
  }
  std::vector<Line>& maps = fewest.maps();
  if (maps.size() == 1 || rates.seconds_per_slot.empty()) {
    return std::move(maps.front());
  }
  constexpr double kNoticeable = 1e-9;  // less is rounding
  size_t best = 0;
  double shortest = SecondsOf(line, maps[0], rates);
  for (size_t i = 1; i < maps.size(); ++i) {
    const double seconds = SecondsOf(line, maps[i], rates);
    if (seconds < shortest * (1 - kNoticeable)) {
      best = i;
      shortest = seconds;
    }
  }
  return std::move(maps[best]);
}

std::vector<Run> ChooseMapGreedily(const std::vector<Run>& line, const std::vector<int>& surplus,
                                   const std::vector<int>& need, int unassigned) {
  return std::move(GreedyMaps(line, surplus, need, unassigned).maps().front());
}

}  // namespace redisop
