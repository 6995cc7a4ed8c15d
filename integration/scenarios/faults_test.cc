// Sudden ends of every process that the operator is made of or looks after: each time the cluster
// is Ready again by itself.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "integration/world/world_fixture.h"

namespace redisop::integration {
namespace {

constexpr Shape kShape{3, 1};

class FaultsTest : public WorldFixture {
 protected:
  void Kill(const std::vector<std::string>& command_line) {
    const std::vector<pid_t> pids = world().Processes(command_line);
    ASSERT_FALSE(pids.empty()) << "no process " << command_line.front();
    for (const pid_t pid : pids) {
      ASSERT_EQ(kill(pid, SIGKILL), 0);
    }
  }

  // The primary of the first shard.
  Member SomePrimary(const std::string& name) {
    const absl::StatusOr<ClusterState> state = world().State(name);
    EXPECT_OK(state.status());
    for (const Member& member : state->shards.front().members) {
      if (member.role == "Primary") {
        return member;
      }
    }
    ADD_FAILURE() << name << " shows no primary in its first shard";
    return {};
  }

  // Ready in a state that the fault has passed through: `changed` first.
  void ExpectHealed(const std::string& name, const Shape& shape,
                    const std::function<bool()>& changed) {
    ASSERT_TRUE(Await(kPatience, changed));
    ASSERT_OK(world().AwaitReady(name, shape, kPatience));
    ASSERT_OK(world().CheckCluster(name));
  }

  bool HasNode(const std::string& name, const std::string& node_id) {
    const absl::StatusOr<ClusterState> state = world().State(name);
    if (!state.ok()) {
      return true;
    }
    for (const Shard& shard : state->shards) {
      for (const Member& member : shard.members) {
        if (member.node_id == node_id) {
          return true;
        }
      }
    }
    return false;
  }
};

TEST_F(FaultsTest, APrimaryIsKilled) {
  ASSERT_NO_FATAL_FAILURE(Form("killed", kShape));
  const Member primary = SomePrimary("killed");
  ASSERT_OK_AND_ASSIGN(const std::string ip, world().PodIp(primary.pod));
  ASSERT_OK(world().RedisCli(primary.pod, {"-c", "SET", "kept", "1"}).status());
  ASSERT_NO_FATAL_FAILURE(Kill({"redis-server " + ip + ":6379"}));
  ASSERT_NO_FATAL_FAILURE(
      ExpectHealed("killed", kShape, [&] { return !HasNode("killed", primary.node_id); }));
  const Member other = SomePrimary("killed");
  EXPECT_THAT(world().RedisCli(other.pod, {"-c", "GET", "kept"}), IsOkAndHolds("1\n"));
}

TEST_F(FaultsTest, AnAgentIsKilled) {
  ASSERT_NO_FATAL_FAILURE(Form("agentless", kShape));
  const Member primary = SomePrimary("agentless");
  ASSERT_OK_AND_ASSIGN(const std::string ip, world().PodIp(primary.pod));
  ASSERT_NO_FATAL_FAILURE(Kill({"redis-operator-agent", ip + ":9091"}));
  ASSERT_NO_FATAL_FAILURE(ExpectHealed("agentless", kShape, [&] {
    return !world().Processes({"redis-operator-agent", ip + ":9091"}).empty();
  }));
  ASSERT_NO_FATAL_FAILURE(Reshape("agentless", {4, 1}));
  EXPECT_TRUE(HasNode("agentless", primary.node_id)) << "redis-server itself must not restart";
}

TEST_F(FaultsTest, APodIsDeleted) {
  ASSERT_NO_FATAL_FAILURE(Form("deleted", kShape));
  const Member primary = SomePrimary("deleted");
  ASSERT_OK_AND_ASSIGN(const std::vector<Endpoint> seeds, world().Endpoints("deleted"));
  Writers writers(seeds, {.connections = 4, .keys = 500});
  ASSERT_TRUE(Await(kPatience, [&] { return writers.acknowledged() > 1000; }));
  ASSERT_OK(world().Output({"kubectl", "delete", "pod", primary.pod, "--wait=false"}).status());
  ASSERT_NO_FATAL_FAILURE(
      ExpectHealed("deleted", kShape, [&] { return !HasNode("deleted", primary.node_id); }));
  ExpectSound(writers.Stop());
}

// Each of two primaries takes the other for the owner.
TEST_F(FaultsTest, ASlotThatNobodyClaimsGetsItsOwnerBack) {
  ASSERT_NO_FATAL_FAILURE(Form("unclaimed", kShape));
  const Member primary = SomePrimary("unclaimed");
  ASSERT_OK_AND_ASSIGN(const std::string slots,
                       world().RedisCli(primary.pod, {"CLUSTER", "COUNTKEYSINSLOT", "5"}));
  ASSERT_EQ(slots, "0\n");
  ASSERT_OK_AND_ASSIGN(const ClusterState state, world().State("unclaimed"));
  std::string other;
  for (const Member& member : state.shards.back().members) {
    other = member.role == "Primary" ? member.node_id : other;
  }
  ASSERT_THAT(world().RedisCli(primary.pod, {"CLUSTER", "SETSLOT", "5", "NODE", other}),
              IsOkAndHolds("OK\n"));
  const auto ready = [&] {
    const absl::StatusOr<ClusterState> now = world().State("unclaimed");
    return now.ok() ? now->conditions.at("Ready") : "";
  };
  ASSERT_NO_FATAL_FAILURE(ExpectHealed("unclaimed", kShape, [&] { return ready() == "False"; }));
}

TEST_F(FaultsTest, ThePlannerIsKilled) {
  ASSERT_NO_FATAL_FAILURE(Form("planless", kShape));
  ASSERT_NO_FATAL_FAILURE(Kill({"redis-operator-planner"}));
  ASSERT_NO_FATAL_FAILURE(Reshape("planless", {4, 1}));
}

}  // namespace
}  // namespace redisop::integration
