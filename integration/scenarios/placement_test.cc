// Hosts that were missing come back: copies that had to share one move apart under traffic.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "integration/world/world_fixture.h"

namespace redisop::integration {
namespace {

constexpr Shape kShape{3, 1};

class PlacementTest : public WorldFixture {
 protected:
  // "cordon" or "uncordon", for all nodes but the first.
  void Others(const char* what) {
    for (const char* node : {"node-2", "node-3", "node-4", "node-5", "node-6"}) {
      ASSERT_OK(world().Output({"kubectl", what, node}).status());
    }
  }

  // The most copies that a shard has in one zone.
  size_t CrowdIn(const ClusterState& state) {
    size_t most = 0;
    for (const Shard& shard : state.shards) {
      std::multiset<std::string> zones;
      for (const Member& member : shard.members) {
        zones.insert(member.zone);
        most = std::max(most, zones.count(member.zone));
      }
    }
    return most;
  }
};

TEST_F(PlacementTest, CopiesMoveApartWhenHostsComeBack) {
  ASSERT_NO_FATAL_FAILURE(Others("cordon"));
  ASSERT_NO_FATAL_FAILURE(Form("crowded", kShape));
  ASSERT_OK_AND_ASSIGN(const ClusterState before, world().State("crowded"));
  ASSERT_EQ(CrowdIn(before), 2u) << "one host is all there is";
  ASSERT_OK_AND_ASSIGN(const std::vector<Endpoint> seeds, world().Endpoints("crowded"));
  Writers writers(seeds, {.connections = 4, .keys = 500});
  ASSERT_TRUE(Await(kPatience, [&] { return writers.acknowledged() > 1000; }));

  ASSERT_NO_FATAL_FAILURE(Others("uncordon"));
  EXPECT_TRUE(Await(kPatience, [&] {
    const absl::StatusOr<ClusterState> now = world().State("crowded");
    return now.ok() && now->shards.size() == 3 && CrowdIn(*now) == 1;
  }));
  ASSERT_OK(world().AwaitReady("crowded", kShape, kPatience));
  ASSERT_OK(world().CheckCluster("crowded"));
  ExpectSound(writers.Stop());
}

}  // namespace
}  // namespace redisop::integration
