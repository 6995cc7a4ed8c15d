// The number of ranges against exhaustive search in small maps.

#include "services/planner/core/slots/map_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <unordered_map>

#include "common/testing/property_run.h"
#include "services/planner/core/slots/schedule.h"
#include "services/planner/core/slots/share.h"

namespace redisop {
namespace {

constexpr int kUnowned = -1;
constexpr int kNodesMax = 5;

struct SmallMap {
  std::vector<int> owner;  // of each slot
  std::vector<int> surplus;
  std::vector<int> need;
  int unassigned = 0;
};

SmallMap RandomMap(CaseRandom& random, int slots_max) {
  SmallMap map;
  const int nodes = 2 + random.Below(kNodesMax - 1);
  map.owner.resize(static_cast<size_t>(4 + random.Below(slots_max - 3)));
  const int slots = static_cast<int>(map.owner.size());
  const int owners = nodes + (random.Below(4) == 0 ? 1 : 0);
  for (int slot = 0; slot < slots;) {
    const int owner = random.Below(owners);
    for (int length = 1 + random.Below(slots / 2 + 1); length > 0 && slot < slots; --length) {
      map.owner[static_cast<size_t>(slot++)] = owner == nodes ? kUnowned : owner;
    }
  }
  std::vector<int> weights(static_cast<size_t>(nodes));
  for (int& weight : weights) {
    weight = random.Below(4);
  }
  weights[static_cast<size_t>(random.Below(nodes))] = 1 + random.Below(3);
  std::vector<int> current(weights.size(), 0);
  for (const int owner : map.owner) {
    (owner == kUnowned ? map.unassigned : current[static_cast<size_t>(owner)]) += 1;
  }
  const std::vector<int> counts =
      FinalCounts(current, SharesFor(weights, slots, 0), map.unassigned);
  for (size_t i = 0; i < counts.size(); ++i) {
    map.surplus.push_back(std::max(0, current[i] - counts[i]));
    map.need.push_back(std::max(0, counts[i] - current[i]));
  }
  return map;
}

std::vector<Run> LineOf(const std::vector<int>& owner) {
  std::vector<Run> line;
  for (int slot = 0; slot < static_cast<int>(owner.size()); ++slot) {
    if (line.empty() || line.back().owner != owner[static_cast<size_t>(slot)]) {
      line.push_back({slot, slot, owner[static_cast<size_t>(slot)]});
    }
    line.back().end = slot + 1;
  }
  return line;
}

// Tries every owner for every slot, from the first to the last.
class Exhaustive {
 public:
  explicit Exhaustive(SmallMap map) : map_(std::move(map)) {}

  int FewestRanges() { return From(0, kUnowned); }

 private:
  static constexpr int kImpossible = 1 << 20;

  int From(size_t slot, int last) {
    if (slot == map_.owner.size()) {
      const bool met =
          std::all_of(map_.need.begin(), map_.need.end(), [](int n) { return n == 0; });
      return met ? 0 : kImpossible;
    }
    uint64_t key = slot * 8 + static_cast<uint64_t>(last + 1);
    for (size_t i = 0; i < map_.need.size(); ++i) {
      key = key * 32 + static_cast<uint64_t>(map_.surplus[i] + map_.need[i]);
    }
    key = key * 32 + static_cast<uint64_t>(map_.unassigned);
    if (const auto known = known_.find(key); known != known_.end()) {
      return known->second;
    }
    const int owner = map_.owner[slot];
    int best = owner == kUnowned ? kImpossible : (owner == last ? 0 : 1) + From(slot + 1, owner);
    int& surplus = owner == kUnowned ? map_.unassigned : map_.surplus[static_cast<size_t>(owner)];
    if (surplus > 0) {
      --surplus;
      for (size_t taker = 0; taker < map_.need.size(); ++taker) {
        if (map_.need[taker] > 0) {
          --map_.need[taker];
          const int to = static_cast<int>(taker);
          best = std::min(best, (to == last ? 0 : 1) + From(slot + 1, to));
          ++map_.need[taker];
        }
      }
      ++surplus;
    }
    known_[key] = best;
    return best;
  }

  SmallMap map_;
  std::unordered_map<uint64_t, int> known_;
};

TEST(MapChoiceTest, SmallMapsHaveTheFewestRanges) {
  const PropertyRun run("SLOTS", 40000);
  std::map<int, uint64_t> cases_by_excess;
  for (uint64_t i = 0; i < run.cases; ++i) {
    CaseRandom random(run.seed + i);
    const SmallMap map = RandomMap(random, 12);
    const auto chosen =
        ChooseMap(LineOf(map.owner), map.surplus, map.need, map.unassigned, MoveRates());
    const int excess = static_cast<int>(chosen.size()) - Exhaustive(map).FewestRanges();
    ASSERT_GE(excess, 0) << "the exhaustive search misses maps: " << run.Repeat(i);
    ASSERT_LE(excess, 1) << run.Repeat(i);
    ++cases_by_excess[excess];
  }
  for (const auto& [excess, cases] : cases_by_excess) {
    std::cout << cases << " maps with " << excess << " ranges above the fewest\n";
  }
  EXPECT_LE(cases_by_excess[1], run.cases / 1000);
}

double SecondsOf(const std::vector<int>& before, const std::vector<redisop::Run>& after,
                 const MoveRates& rates) {
  std::map<std::pair<int, int>, int> slots;
  for (const auto& run : after) {
    for (int slot = run.first; slot < run.end; ++slot) {
      const int owner = before[static_cast<size_t>(slot)];
      if (owner != run.owner && owner != kUnowned) {
        ++slots[{owner, run.owner}];
      }
    }
  }
  std::vector<Transfer> transfers;
  for (const auto& [pair, count] : slots) {
    transfers.push_back(
        {pair.first, pair.second,
         rates.seconds_per_move + rates.seconds_per_slot[static_cast<size_t>(pair.first)] * count});
  }
  return ScheduleTransfers(transfers, rates.lanes).makespan;
}

TEST(MapChoiceTest, AmongMapsWithAsManyRangesTheQuickestIsTaken) {
  const PropertyRun run("SLOTS", 3000);
  uint64_t quicker = 0;
  for (uint64_t i = 0; i < run.cases; ++i) {
    CaseRandom random(run.seed + i);
    const SmallMap map = RandomMap(random, 60);
    MoveRates rates{.seconds_per_move = 1, .lanes = 1 + random.Below(4)};
    for (size_t node = 0; node < map.need.size(); ++node) {
      rates.seconds_per_slot.push_back(1 + random.Below(3));
    }
    const auto line = LineOf(map.owner);
    const auto any = ChooseMap(line, map.surplus, map.need, map.unassigned, MoveRates());
    const auto quick = ChooseMap(line, map.surplus, map.need, map.unassigned, rates);
    ASSERT_EQ(quick.size(), any.size()) << run.Repeat(i);
    const double before = SecondsOf(map.owner, any, rates);
    const double now = SecondsOf(map.owner, quick, rates);
    ASSERT_LE(now, before) << run.Repeat(i);
    quicker += now < before ? 1 : 0;
  }
  std::cout << quicker << " maps are quicker than the first with as many ranges\n";
  EXPECT_TRUE(quicker > 0 || run.cases < 100);
}

}  // namespace
}  // namespace redisop
