#include "services/planner/core/placement/role_spread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>
#include <utility>

namespace redisop {
namespace {

using ::testing::ElementsAre;

// Every choice tried: the fewest violations, then the fewest failovers.
std::pair<int, int> BruteForce(const std::vector<ShardZones>& shards, int zones, int cap) {
  std::pair<int, int> best{1 << 20, 1 << 20};
  std::vector<size_t> choice(shards.size(), 0);
  while (true) {
    std::vector<int> load(static_cast<size_t>(zones), 0);
    int failovers = 0;
    for (size_t i = 0; i < shards.size(); ++i) {
      const int zone = choice[i] == 0 ? shards[i].current : shards[i].candidates[choice[i] - 1];
      ++load[static_cast<size_t>(zone)];
      failovers += zone == shards[i].current ? 0 : 1;
    }
    int violations = 0;
    for (const int primaries : load) {
      violations += std::max(0, primaries - cap);
    }
    best = std::min(best, {violations, failovers});
    size_t i = 0;
    while (i < shards.size() && ++choice[i] > shards[i].candidates.size()) {
      choice[i++] = 0;
    }
    if (i == shards.size()) {
      return best;
    }
  }
}

TEST(RoleSpreadTest, IsOptimalInEveryRandomCase) {
  constexpr int kCases = 150000;
  constexpr unsigned kSeed = 20240;
  std::mt19937 random(kSeed);
  for (int n = 0; n < kCases; ++n) {
    const int zones = 1 + static_cast<int>(random() % 3);
    std::vector<ShardZones> shards(1 + random() % 6);
    for (ShardZones& shard : shards) {
      shard.current = static_cast<int>(random() % static_cast<unsigned>(zones));
      for (unsigned k = random() % 3; k > 0; --k) {
        shard.candidates.push_back(static_cast<int>(random() % static_cast<unsigned>(zones)));
      }
    }
    const int cap = static_cast<int>(random() % 4);
    const RoleSpread spread = SpreadPrimaries(shards, zones, cap);
    ASSERT_EQ((std::pair{spread.violations, spread.failovers}), BruteForce(shards, zones, cap))
        << "case " << n << " of seed " << kSeed;
    ASSERT_EQ(spread.zone_of_primary.size(), shards.size());
  }
  std::cout << "seed " << kSeed << ", " << kCases << " cases\n";
}

TEST(RoleSpreadTest, OneFailoverRestoresTheSpreadAfterAFailover) {
  // Zone 2 has two primaries; only the second shard can go back.
  const RoleSpread spread =
      SpreadPrimaries({{0, {1}}, {2, {1}}, {2, {0}}}, 3, PrimariesPerZoneMax(3, 3));
  EXPECT_THAT(spread.zone_of_primary, ElementsAre(0, 1, 2));
  EXPECT_EQ(spread.failovers, 1);
  EXPECT_EQ(spread.violations, 0);
}

TEST(RoleSpreadTest, NothingMovesWhenNothingIsGained) {
  const RoleSpread spread = SpreadPrimaries({{0, {0, 1}}, {0, {0}}, {0, {0}}}, 2, 3);
  EXPECT_THAT(spread.zone_of_primary, ElementsAre(0, 0, 0));
  EXPECT_EQ(spread.failovers, 0);
}

TEST(RoleSpreadTest, TheCapKeepsAMajorityAlive) {
  EXPECT_EQ(PrimariesPerZoneMax(3, 3), 1);
  EXPECT_EQ(PrimariesPerZoneMax(5, 3), 2);
  EXPECT_EQ(PrimariesPerZoneMax(6, 3), 2);
  EXPECT_EQ(PrimariesPerZoneMax(4, 3), 2) << "four primaries in three zones: two must share one";
  EXPECT_EQ(PrimariesPerZoneMax(6, 2), 3)
      << "two zones can't keep a majority; an even spread is the best";
  EXPECT_EQ(PrimariesPerZoneMax(1, 1), 1);
}

}  // namespace
}  // namespace redisop
