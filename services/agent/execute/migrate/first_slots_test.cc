// Slots for a primary that has none yet, between real servers.

#include "services/agent/execute/migrate/first_slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"
#include "services/agent/execute/node_reading.h"
#include "services/agent/testing/live_cluster.h"

namespace redisop {
namespace {

// Calls `look` when the first window is done.
class LookingControl : public LiveControl {
 public:
  explicit LookingControl(std::function<void()> look) : look_(std::move(look)) {}
  void Report(const StepProgress& now) override {
    if (reports.empty()) look_();
    LiveControl::Report(now);
  }

 private:
  std::function<void()> look_;
};

TEST(FirstSlots, ANewPrimaryIsKnownToAllBeforeItsSecondSlot) {
  LiveCluster cluster(3, 2, 2);
  // A replica that doesn't hear the broadcast (PONG) and has to wait for the next heartbeat.
  cluster.Ask(3, {"DEBUG", "DROP-CLUSTER-PACKET-FILTER", "1"});
  bool known = false;
  LookingControl control([&] {
    const absl::StatusOr<NodeView> view = ReadView(*cluster.node(3).redis);
    ASSERT_OK(view);
    known = !FindPeer(*view, cluster.node(2).id)->slots.empty();
  });
  ASSERT_OK(RunStep(cluster, 0,
                    MigrateSlots{cluster.node(0).id, cluster.node(2).id, SlotSet(SlotRange{0, 10})},
                    cluster.connector(), control));
  EXPECT_TRUE(known);
  EXPECT_EQ(control.reports.front().slots_done, 1);
}

// Clients that find node 2 one at a time, while the step waits for them.
class FindingControl : public LiveControl {
 public:
  explicit FindingControl(LiveCluster& cluster) : cluster_(cluster) {}
  void Pause(absl::Duration duration) override {
    if (cluster_.SlotsOf(2).size() < kFirstSlots) return LiveControl::Pause(duration);
    auto client = cluster_.connector().Connect(cluster_.Addresses().at(cluster_.node(2).id),
                                               absl::Seconds(5));
    ASSERT_OK(client);
    found.push_back(*std::move(client));
  }
  void Report(const StepProgress& now) override {
    const bool before = reports.empty() || reports.back().slots_done < kFirstSlots;
    if (before && now.slots_done >= kFirstSlots) found_in_time = found.size();
    LiveControl::Report(now);
  }

  size_t found_in_time = 0;
  std::vector<std::unique_ptr<RedisConnection>> found;

 private:
  LiveCluster& cluster_;
};

TEST(FirstSlots, ClientsFindANewPrimaryBeforeItGetsMoreThanItsFirstSlots) {
  constexpr size_t kClients = 5;
  LiveCluster cluster(3, 2, 0);
  std::vector<std::unique_ptr<RedisConnection>> clients;
  for (size_t i = 0; i < kClients; ++i) {
    ASSERT_OK_AND_ASSIGN(
        clients.emplace_back(),
        cluster.connector().Connect(cluster.Addresses().at(cluster.node(0).id), absl::Seconds(5)));
  }
  FindingControl control(cluster);
  ASSERT_OK(RunStep(
      cluster, 0, MigrateSlots{cluster.node(0).id, cluster.node(2).id, SlotSet(SlotRange{0, 100})},
      cluster.connector(), control));
  EXPECT_EQ(control.found_in_time, kClients);
  EXPECT_EQ(cluster.SlotsOf(2), SlotSet(SlotRange{0, 100}));
}

}  // namespace
}  // namespace redisop
