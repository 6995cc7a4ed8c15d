// The bridge dies at several points of a scale-out; each successor goes on from what it observes,
// while agents still carry out what the one before told them.

#include <gtest/gtest.h>
#include <signal.h>

#include "common/model/slot_set.h"
#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "integration/world/world_fixture.h"

namespace redisop::integration {
namespace {

class BridgeCrashTest : public WorldFixture {
 protected:
  // Slots of the shards after the third, as the status shows them; -1: there are none.
  int SlotsOfNewShards(const std::string& name) {
    const absl::StatusOr<ClusterState> state = world().State(name);
    if (!state.ok() || state->shards.size() <= 3) {
      return -1;
    }
    int slots = 0;
    for (size_t i = 3; i < state->shards.size(); ++i) {
      const absl::StatusOr<SlotSet> owned = SlotSet::Parse(state->shards[i].slots);
      slots += owned.ok() ? owned->size() : 0;
    }
    return slots;
  }

  void KillBridge() {
    const std::vector<pid_t> bridges = world().Processes({"redis-operator-bridge"});
    ASSERT_FALSE(bridges.empty());
    for (const pid_t bridge : bridges) {
      ASSERT_EQ(kill(bridge, SIGKILL), 0);
    }
  }
};

TEST_F(BridgeCrashTest, TheBridgeIsKilledThreeTimesDuringAScaleOut) {
  ASSERT_NO_FATAL_FAILURE(Form("orphaned", Shape{3, 1}));
  ASSERT_OK_AND_ASSIGN(const std::vector<Endpoint> seeds, world().Endpoints("orphaned"));
  Writers writers(seeds, {.connections = 4, .keys = 2000});
  ASSERT_OK(world().PatchSpec("orphaned", R"({"numberOfPrimaries":6})"));
  // When the new pods are there, when slots begin to move, and in the midst of it.
  for (const int slots : {0, 1, 3000}) {
    ASSERT_TRUE(Await(kPatience, [&] { return SlotsOfNewShards("orphaned") >= slots; }));
    ASSERT_NO_FATAL_FAILURE(KillBridge());
    ASSERT_TRUE(
        Await(kPatience, [&] { return !world().Processes({"redis-operator-bridge"}).empty(); }));
  }
  ASSERT_OK(world().AwaitReady("orphaned", {6, 1}, kPatience));
  ASSERT_OK(world().CheckCluster("orphaned"));
  ExpectSound(writers.Stop());
}

}  // namespace
}  // namespace redisop::integration
