// The comparison itself: redis-cli's algorithm on clusters that can be worked out by hand, and a
// short version of the benchmark.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "bench/rebalance/comparison.h"
#include "bench/rebalance/random_slots.h"
#include "bench/rebalance/redis_cli_rebalance.h"

namespace redisop::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<SlotSet> Ranges(const std::vector<SlotRange>& ranges) {
  std::vector<SlotSet> slots;
  for (const SlotRange& range : ranges) {
    slots.emplace_back(range);
  }
  return slots;
}

TEST(RedisCli, FillsAnEmptyPrimaryFromTheLowestSlotsOfTheOthers) {
  const auto slots = Ranges({{0, 5461}, {5461, 10923}, {10923, 16384}, {0, 0}});
  const auto moves = RedisCliMoves(slots, 2);
  EXPECT_THAT(moves, ElementsAre(CliMove{1, 3, 1366}, CliMove{2, 3, 1365}, CliMove{0, 3, 1365}));
  const auto after = AfterMoves(slots, moves);
  EXPECT_EQ(after[0].ToString(), "1365-5460");
  EXPECT_EQ(after[1].ToString(), "6827-10922");
  EXPECT_EQ(after[2].ToString(), "12288-16383");
  EXPECT_EQ(after[3].ToString(), "0-1364 5461-6826 10923-12287");
  EXPECT_EQ(CountChanges(slots, after).moved, 4096);
  EXPECT_EQ(CountChanges(slots, after).ranges, 6);
  EXPECT_EQ(CountChanges(slots, after).spread, 0);
}

TEST(RedisCli, DoesAllOrNothingByItsThreshold) {
  EXPECT_THAT(RedisCliMoves(Ranges({{0, 8300}, {8300, 16384}}), 2), IsEmpty());
  EXPECT_THAT(RedisCliMoves(Ranges({{0, 8400}, {8400, 16384}}), 2),
              ElementsAre(CliMove{0, 1, 208}));
}

TEST(RedisCli, MovesASlotThatIsWellWhereItIs) {
  EXPECT_THAT(RedisCliMoves(Ranges({{0, 5461}, {5461, 10922}, {10922, 16384}}), 0.001),
              ElementsAre(CliMove{2, 0, 1}))
      << "it expects 5461 of everybody and gives the odd slot to whoever has no more than that";
}

TEST(RandomSlots, CoverAllSlotsOnceInManyShapes) {
  std::mt19937_64 random(1);
  int empty = 0;
  int in_one_range_each = 0;
  int in_many_ranges = 0;
  for (int i = 0; i < 200; ++i) {
    const int nodes = 2 + i % 39;
    const auto slots = RandomSlots(nodes, random);
    ASSERT_EQ(slots.size(), static_cast<size_t>(nodes));
    SlotSet all;
    int owned = 0;
    for (const SlotSet& of_node : slots) {
      all.Add(of_node);
      owned += of_node.size();
      empty += of_node.empty() ? 1 : 0;
    }
    EXPECT_EQ(all, SlotSet::All());
    EXPECT_EQ(owned, kSlotCount);
    const int ranges = CountChanges(slots, slots).ranges;
    in_one_range_each += ranges <= nodes ? 1 : 0;
    in_many_ranges += ranges > 10 * nodes ? 1 : 0;
  }
  EXPECT_GT(empty, 100);
  EXPECT_GT(in_one_range_each, 20);
  EXPECT_GT(in_many_ranges, 20);
}

TEST(Rebalance, ThePlannerIsNeverWorseThanRedisCli) {
  constexpr uint64_t kSeed = 1;
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 50; ++i) {
    const int nodes = std::uniform_int_distribution<int>(2, 40)(random);
    const auto slots = RandomSlots(nodes, random);
    for (const Tolerance& tolerance : {kExact, kTwoPercent}) {
      const Compared compared = Compare(slots, tolerance);
      EXPECT_FALSE(PlannerIsWorse(compared.redis_cli, compared.planner, tolerance))
          << "seed " << kSeed << ", cluster " << i << ": moved " << compared.planner.moved << ", "
          << compared.redis_cli.moved << " by redis-cli; ranges " << compared.planner.ranges << ", "
          << compared.redis_cli.ranges << " by redis-cli";
    }
  }
}

}  // namespace
}  // namespace redisop::bench
