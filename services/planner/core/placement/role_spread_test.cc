#include "services/planner/core/placement/role_spread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <tuple>

#include "common/testing/property_run.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;

constexpr int kStays = RoleSpread::kStays;

// Pairs of primaries in one zone, and on one host: the fewer, the more even.
std::pair<int, int> Unevenness(const std::vector<Place>& primaries) {
  std::map<int, int> zones;
  std::map<Place, int> hosts;
  for (const Place& place : primaries) {
    zones[place.zone] += place.zone == kUnknownPlace ? 0 : 1;
    hosts[place] += place.host == kUnknownPlace ? 0 : 1;
  }
  std::pair<int, int> sum;
  for (const auto& [zone, count] : zones) {
    sum.first += count * (count - 1) / 2;
  }
  for (const auto& [host, count] : hosts) {
    sum.second += count * (count - 1) / 2;
  }
  return sum;
}

using Cost = std::tuple<RoleExcess, std::pair<int, int>, int>;

Cost CostOf(const std::vector<ShardSeats>& shards, const std::vector<int>& chosen, bool even) {
  std::vector<Place> primaries;
  int changes = 0;
  for (size_t s = 0; s < shards.size(); ++s) {
    changes += chosen[s] == kStays ? 0 : 1;
    primaries.push_back(chosen[s] == kStays ? shards[s].current
                                            : shards[s].candidates[static_cast<size_t>(chosen[s])]);
  }
  return {ExcessOf(primaries), even ? Unevenness(primaries) : std::pair<int, int>(), changes};
}

// Every choice tried.
Cost BruteForce(const std::vector<ShardSeats>& shards, bool even) {
  std::vector<int> chosen(shards.size(), kStays);
  Cost best = CostOf(shards, chosen, even);
  while (true) {
    size_t s = 0;
    while (s < shards.size() && ++chosen[s] == static_cast<int>(shards[s].candidates.size())) {
      chosen[s++] = kStays;
    }
    if (s == shards.size()) {
      return best;
    }
    best = std::min(best, CostOf(shards, chosen, even));
  }
}

std::vector<ShardSeats> AnyShards(std::mt19937_64& random) {
  const auto below = [&](int limit) {
    return static_cast<int>(random() % static_cast<uint64_t>(limit));
  };
  const int zones = 1 + below(3);
  const int hosts = 1 + below(3);
  const auto any = [&] {
    const int zone = below(zones);
    return Place{zone, below(12) == 0 ? kUnknownPlace : zone * hosts + below(hosts)};
  };
  std::vector<ShardSeats> shards(static_cast<size_t>(1 + below(6)));
  for (ShardSeats& shard : shards) {
    shard.current = any();
    for (int k = below(3); k > 0; --k) {
      shard.candidates.push_back(any());
    }
  }
  return shards;
}

TEST(RoleSpreadTest, IsOptimalInEveryRandomCase) {
  const PropertyRun run("PLACEMENT", 100000, 20240);
  for (uint64_t n = 0; n < run.cases; ++n) {
    std::mt19937_64 random(run.seed + n);
    const std::vector<ShardSeats> shards = AnyShards(random);
    for (const bool even : {false, true}) {
      const RoleSpread spread = even ? EvenSpread(shards) : RestoreSpread(shards);
      const Cost cost = CostOf(shards, spread.chosen, even);
      ASSERT_EQ(cost, BruteForce(shards, even)) << run.Repeat(n) << ", even " << even;
      ASSERT_EQ(spread.excess, std::get<RoleExcess>(cost));
      ASSERT_EQ(spread.changes, std::get<int>(cost));
    }
  }
}

TEST(RoleSpreadTest, OneFailoverRestoresTheSpreadAfterAFailover) {
  // Zone 2 has two primaries; only the second shard can go back.
  const RoleSpread spread = RestoreSpread({{{0}, {{1}}}, {{2}, {{1}}}, {{2}, {{0}}}});
  EXPECT_THAT(spread.chosen, ElementsAre(kStays, 0, kStays));
  EXPECT_EQ(spread.excess, RoleExcess());
}

TEST(RoleSpreadTest, OneZoneIsSpreadOverItsHosts) {
  const RoleSpread spread =
      RestoreSpread({{{0, 0}, {{0, 1}}}, {{0, 0}, {{0, 2}}}, {{0, 0}, {{0, 1}}}});
  EXPECT_EQ(spread.changes, 2);
  EXPECT_EQ(spread.excess, (RoleExcess{.zones = 2, .hosts = 0}));
}

TEST(RoleSpreadTest, NothingMovesWhenNothingIsGained) {
  const RoleSpread spread = RestoreSpread({{{0}, {{0}, {1}}}, {{1}, {{0}}}, {{2}, {{0}}}});
  EXPECT_THAT(spread.chosen, ElementsAre(kStays, kStays, kStays));
}

TEST(RoleSpreadTest, TheFirstOfEqualCandidatesIsChosen) {
  const RoleSpread spread = RestoreSpread({{{0}, {{1}, {1}}}, {{0}, {}}, {{2}, {}}});
  EXPECT_THAT(spread.chosen, ElementsAre(0, kStays, kStays));
}

TEST(RoleSpreadTest, TheMajorityOutlivesAZoneOfTheMost) {
  for (int shards = 3; shards < 100; ++shards) {
    const int max = PrimariesMax(shards);
    EXPECT_GT(2 * (shards - max), shards);
    EXPECT_LE(2 * (shards - max - 1), shards) << "one more would not do";
  }
}

TEST(RoleSpreadTest, SomeExcessCannotBeAvoided) {
  EXPECT_EQ(UnavoidableExcess(3, 3), 0);
  EXPECT_EQ(UnavoidableExcess(4, 3), 1) << "at most one in each zone, and four primaries";
  EXPECT_EQ(UnavoidableExcess(6, 2), 2);
  EXPECT_EQ(UnavoidableExcess(3, 0), 0) << "no zone is known";
}

}  // namespace
}  // namespace redisop
