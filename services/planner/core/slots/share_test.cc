#include "services/planner/core/slots/share.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "common/model/slot_set.h"
#include "common/testing/property_run.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;

// Every final distribution tried: the fewest slots given away.
int BruteForce(const std::vector<int>& current, const std::vector<Share>& shares, size_t node,
               int left, int moved) {
  if (node == current.size()) {
    return left == 0 ? moved : 1 << 20;
  }
  int best = 1 << 20;
  for (int count = shares[node].low; count <= std::min(shares[node].high, left); ++count) {
    best = std::min(best, BruteForce(current, shares, node + 1, left - count,
                                     moved + std::max(0, current[node] - count)));
  }
  return best;
}

TEST(ShareTest, FewestMovesIsTheMinimumAndIsReached) {
  const PropertyRun run("SLOTS", 1600000);
  for (uint64_t n = 0; n < run.cases; ++n) {
    CaseRandom random(run.seed + n);
    const auto nodes = static_cast<size_t>(1 + random.Below(5));
    const int slots = 1 + random.Below(24);
    std::vector<int> weights(nodes);
    for (int& weight : weights) {
      weight = random.Below(4);
    }
    weights[static_cast<size_t>(random.Below(static_cast<int>(nodes)))] = 1 + random.Below(3);
    const std::vector<Share> shares =
        SharesFor(weights, slots, random.Below(2) == 0 ? 0 : random.Below(51));
    std::vector<int> current(nodes, 0);
    int unassigned = 0;
    for (int slot = 0; slot < slots; ++slot) {
      const auto owner = static_cast<size_t>(random.Below(static_cast<int>(nodes) + 1));
      (owner == nodes ? unassigned : current[owner]) += 1;
    }
    const int fewest = FewestMoves(current, shares, unassigned);
    ASSERT_EQ(fewest, BruteForce(current, shares, 0, slots, 0)) << run.Repeat(n);
    const std::vector<int> counts = FinalCounts(current, shares, unassigned);
    int given = 0;
    for (size_t i = 0; i < nodes; ++i) {
      ASSERT_GE(counts[i], shares[i].low);
      ASSERT_LE(counts[i], shares[i].high);
      given += std::max(0, current[i] - counts[i]);
    }
    ASSERT_EQ(std::accumulate(counts.begin(), counts.end(), 0), slots);
    ASSERT_EQ(given, fewest) << run.Repeat(n);
  }
}

TEST(ShareTest, EveryNumberOfPrimariesGetsFloorOrCeiling) {
  for (int primaries = 1; primaries <= 1000; ++primaries) {
    const std::vector<int> none(static_cast<size_t>(primaries), 0);
    const std::vector<Share> shares = SharesFor(std::vector<int>(none.size(), 1), kSlotCount, 0);
    const std::vector<int> counts = FinalCounts(none, shares, kSlotCount);
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    ASSERT_LE(*most - *least, 1) << primaries;
    ASSERT_GE(*least, 1) << primaries << ": none stays without slots";
    ASSERT_EQ(std::accumulate(counts.begin(), counts.end(), 0), kSlotCount);
  }
}

TEST(ShareTest, WithinToleranceNothingMoves) {
  const std::vector<Share> shares = SharesFor({1, 1}, kSlotCount, 2);
  EXPECT_EQ(FewestMoves({8300, 8084}, shares, 0), 0);
  EXPECT_THAT(FinalCounts({8300, 8084}, shares, 0), ElementsAre(8300, 8084));
}

}  // namespace
}  // namespace redisop
