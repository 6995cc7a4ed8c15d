#include "services/planner/core/slots/share.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <random>

#include "common/model/slot_set.h"

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
  constexpr int kCases = 200000;
  constexpr unsigned kSeed = 31;
  std::mt19937 random(kSeed);
  for (int n = 0; n < kCases; ++n) {
    const size_t nodes = 1 + random() % 5;
    const int slots = 1 + static_cast<int>(random() % 24);
    std::vector<int> weights(nodes);
    for (int& weight : weights) {
      weight = static_cast<int>(random() % 4);
    }
    weights[random() % nodes] = 1 + static_cast<int>(random() % 3);
    const std::vector<Share> shares = SharesFor(weights, slots, random() % 2 == 0 ? 0 : 20);
    std::vector<int> current(nodes, 0);
    int unassigned = 0;
    for (int slot = 0; slot < slots; ++slot) {
      const size_t owner = random() % (nodes + 1);
      (owner == nodes ? unassigned : current[owner]) += 1;
    }
    const int fewest = FewestMoves(current, shares, unassigned);
    ASSERT_EQ(fewest, BruteForce(current, shares, 0, slots, 0))
        << "case " << n << " of seed " << kSeed;
    const std::vector<int> counts = FinalCounts(current, shares, unassigned);
    int given = 0;
    for (size_t i = 0; i < nodes; ++i) {
      ASSERT_GE(counts[i], shares[i].low);
      ASSERT_LE(counts[i], shares[i].high);
      given += std::max(0, current[i] - counts[i]);
    }
    ASSERT_EQ(std::accumulate(counts.begin(), counts.end(), 0), slots);
    ASSERT_EQ(given, fewest) << "case " << n << " of seed " << kSeed;
  }
  std::cout << "seed " << kSeed << ", " << kCases << " cases\n";
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
