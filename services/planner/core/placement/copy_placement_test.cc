#include "services/planner/core/placement/copy_placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <random>

namespace redisop {
namespace {

using ::testing::ElementsAre;

int Together(std::vector<int> domains) {
  std::sort(domains.begin(), domains.end());
  return static_cast<int>(
      domains.size() -
      static_cast<size_t>(std::unique(domains.begin(), domains.end()) - domains.begin()));
}

// The fewest copies together over all ways to place one shard's missing copies; shards do not limit
// each other.
int BruteForce(const ShardCopies& shard, const std::vector<int>& capacity,
               std::vector<int> chosen) {
  if (static_cast<int>(chosen.size()) == shard.missing) {
    chosen.insert(chosen.end(), shard.placed.begin(), shard.placed.end());
    return Together(chosen);
  }
  int best = 1 << 20;
  for (size_t d = 0; d < capacity.size(); ++d) {
    if (capacity[d] > 0) {
      chosen.push_back(static_cast<int>(d));
      best = std::min(best, BruteForce(shard, capacity, chosen));
      chosen.pop_back();
    }
  }
  return best;
}

TEST(CopyPlacementTest, CopiesAreAsFarApartAsAnyPlacementHasThem) {
  constexpr int kCases = 100000;
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  for (int n = 0; n < kCases; ++n) {
    std::vector<int> capacity(1 + random() % 3);
    for (int& size : capacity) {
      size = static_cast<int>(random() % 4);
    }
    capacity[0] = std::max(capacity[0], 1);
    std::vector<ShardCopies> shards(1 + random() % 6);
    int fewest = 0;
    for (ShardCopies& shard : shards) {
      for (unsigned k = random() % 3; k > 0; --k) {
        shard.placed.push_back(static_cast<int>(random() % capacity.size()));
      }
      shard.missing = static_cast<int>(random() % 4);
      fewest += BruteForce(shard, capacity, {});
    }
    const CopyPlacement placement = PlaceCopies(shards, capacity);
    ASSERT_EQ(placement.together, fewest) << "case " << n << " of seed " << kSeed;
    for (size_t s = 0; s < shards.size(); ++s) {
      ASSERT_EQ(placement.domains[s].size(), static_cast<size_t>(shards[s].missing));
    }
  }
  std::cout << "seed " << kSeed << ", " << kCases << " cases\n";
}

TEST(CopyPlacementTest, DomainsFillEvenlyForTheirSize) {
  // Two copies each of three shards into zones of two, two and two hosts: two copies a zone.
  const CopyPlacement placement = PlaceCopies({{{}, 2}, {{}, 2}, {{}, 2}}, {2, 2, 2});
  std::vector<int> load(3, 0);
  for (const auto& domains : placement.domains) {
    for (const int domain : domains) {
      ++load[static_cast<size_t>(domain)];
    }
  }
  EXPECT_THAT(load, ElementsAre(2, 2, 2));
  EXPECT_EQ(placement.together, 0);
}

TEST(CopyPlacementTest, AReplacementGoesWhereItsShardIsNot) {
  const CopyPlacement placement = PlaceCopies({{{0}, 1}, {{1}, 0}, {{1}, 0}}, {1, 1, 1});
  EXPECT_THAT(placement.domains[0], ElementsAre(2))
      << "zone 1 is free of the shard too, but fuller";
}

TEST(CopyPlacementTest, NoCapacityPlacesNothing) {
  EXPECT_THAT(PlaceCopies({{{}, 1}}, {0, 0}).domains, ElementsAre(ElementsAre()));
}

TEST(CopyPlacementTest, GaleRyser) {
  EXPECT_EQ(FewestTogether({2, 2, 2}, 3), 0);
  EXPECT_EQ(FewestTogether({4, 1, 1}, 3), 1);
  EXPECT_EQ(FewestTogether({6}, 3), 3);
}

}  // namespace
}  // namespace redisop
