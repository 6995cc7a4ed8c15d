// What is taken for redis-cli's algorithm is what redis-cli does, and the planner is no worse on
// servers that run.

#include <gtest/gtest.h>

#include <random>

#include "bench/rebalance/live_rebalance.h"
#include "bench/rebalance/random_slots.h"

namespace redisop::bench {
namespace {

TEST(LiveRebalance, RedisCliMovesAsComputedAndThePlannerIsNoWorse) {
  constexpr uint64_t kSeed = 1;
  constexpr int kNodes = 5;
  std::mt19937_64 random(kSeed);
  LiveCluster cluster(kNodes, kNodes, 0);
  for (int i = 0; i < 6; ++i) {
    const Tolerance tolerance = i % 2 == 0 ? kExact : kTwoPercent;
    const LiveCompared compared = CompareLive(cluster, RandomSlots(kNodes, random), tolerance);
    EXPECT_EQ(compared.printed, compared.computed) << "seed " << kSeed << ", cluster " << i;
    EXPECT_GT(compared.planner.moved, 0);
    EXPECT_FALSE(PlannerIsWorse(compared.redis_cli, compared.planner, tolerance))
        << "seed " << kSeed << ", cluster " << i;
  }
}

}  // namespace
}  // namespace redisop::bench
