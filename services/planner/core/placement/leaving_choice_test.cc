#include "services/planner/core/placement/leaving_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <tuple>

#include "common/testing/property_run.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;

// Stuck, load, excess, slots, copies, order.
using Cost = std::tuple<int, int64_t, RoleExcess, int, int, size_t>;

// `leaving`: one bit a shard.
Cost CostOf(const std::vector<ShardThatMayLeave>& shards, unsigned leaving) {
  int stuck = 0;
  int64_t load = 0;
  int slots = 0;
  int copies = 0;
  size_t order = 0;
  std::vector<Place> staying;
  for (size_t s = 0; s < shards.size(); ++s) {
    if ((leaving >> s & 1) == 0) {
      staying.push_back(shards[s].primary);
      continue;
    }
    stuck += shards[s].stuck ? 1 : 0;
    load += shards[s].load;
    slots += shards[s].slots;
    copies += shards[s].copies;
    order += s;
  }
  return {stuck, load, ExcessOf(staying), slots, copies, order};
}

TEST(LeavingChoiceTest, IsOptimalInEveryRandomCase) {
  const PropertyRun run("PLACEMENT", 50000, 31);
  for (uint64_t n = 0; n < run.cases; ++n) {
    std::mt19937_64 random(run.seed + n);
    const auto below = [&](int limit) {
      return static_cast<int>(random() % static_cast<uint64_t>(limit));
    };
    std::vector<ShardThatMayLeave> shards(static_cast<size_t>(1 + below(6)));
    for (ShardThatMayLeave& shard : shards) {
      const int zone = below(3);
      shard.primary = {zone, zone * 3 + below(3)};
      shard.stuck = below(8) == 0;
      shard.load = below(3);
      shard.slots = below(3);
      shard.copies = below(3);
    }
    const int leaving = below(static_cast<int>(shards.size()) + 1);
    unsigned chosen = 0;
    for (const size_t s : ChooseLeaving(shards, leaving)) {
      chosen |= 1u << s;
    }
    ASSERT_EQ(std::popcount(chosen), leaving);
    Cost best = CostOf(shards, chosen);
    for (unsigned set = 0; set < 1u << shards.size(); ++set) {
      if (std::popcount(set) == leaving) {
        ASSERT_LE(best, CostOf(shards, set)) << run.Repeat(n);
      }
    }
  }
}

TEST(LeavingChoiceTest, TheLightestLeave) {
  EXPECT_THAT(ChooseLeaving({{.load = 5}, {.load = 1}, {.load = 3}, {.load = 4}}, 2),
              ElementsAre(1, 2));
}

TEST(LeavingChoiceTest, OfEqualLoadsTheOneLeavesThatLeavesTheRestSpread) {
  EXPECT_THAT(ChooseLeaving({{.primary = {0}, .load = 4, .slots = 9},
                             {.primary = {0}, .load = 4, .slots = 8},
                             {.primary = {2}, .load = 4, .slots = 7},
                             {.primary = {1}, .load = 4, .slots = 6}},
                            1),
              ElementsAre(1));
}

}  // namespace
}  // namespace redisop
