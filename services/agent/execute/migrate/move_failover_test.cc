// Slot moves in whose middle source or target fail over, between real servers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "services/agent/execute/node_reading.h"
#include "services/agent/testing/live_cluster.h"

namespace redisop {
namespace {

constexpr int kSource = 0;
constexpr int kTarget = 1;
constexpr int kReplicaOfSource = 3;
constexpr int kReplicaOfTarget = 4;
constexpr int kSlots = 10;
constexpr int kKeys = 200;

class MoveFailover : public ::testing::Test {
 protected:
  NodeId id(int node) { return cluster_.node(node).id; }
  std::string Key(int i) { return KeyOf(moving_.first + i % kSlots, i); }

  SlotSet MarkedAtSource() {
    SlotSet marked;
    const absl::StatusOr<NodeView> view = ReadView(*cluster_.node(kSource).redis);
    EXPECT_OK(view);
    if (!view.ok()) return marked;
    for (const OpenSlot& open : view->self.open_slots) marked.Add(open.slot);
    return marked;
  }

  void IncrementAll(int expected) {
    for (int i = 0; i < kKeys; ++i) ASSERT_EQ(client_.Call({"INCR", Key(i)}).integer, expected);
  }

  // Begins a move and is killed as soon as `reached` holds: found by trying, with fresh slots each
  // time. Then clients write again.
  void BeginMove(const std::function<bool()>& reached) {
    for (int calls = 20;; ++calls) {
      ASSERT_NO_FATAL_FAILURE(IncrementAll(1));
      const MigrateSlots step = {id(kSource), id(kTarget), SlotSet(moving_)};
      FailingConnector failing(cluster_.connector(), calls, false);
      LiveControl control;
      ASSERT_FALSE(RunStep(cluster_, kSource, step, failing, control).ok());
      if (reached()) break;
      ASSERT_OK(RunStep(cluster_, kSource, step));
      moving_ = {moving_.end, moving_.end + kSlots};
    }
    ASSERT_NO_FATAL_FAILURE(IncrementAll(2));
  }

  // Until `witness` knows that `old_primary` follows `replica` now.
  void FailOver(int replica, int old_primary, int witness) {
    ASSERT_TRUE(Await(absl::Seconds(10), [&] {
      cluster_.Ask(replica, {"CLUSTER", "FAILOVER"});
      return cluster_.Ask(replica, {"ROLE"}).elements[0].text == "master";
    }));
    ASSERT_TRUE(Await(absl::Seconds(10), [&] {
      const absl::StatusOr<NodeView> view = ReadView(*cluster_.node(witness).redis);
      const Node* old = view.ok() ? FindPeer(*view, id(old_primary)) : nullptr;
      return old != nullptr && old->primary_id == id(replica);
    }));
  }

  void Finish(int source, int target, const SlotSet& open) {
    ASSERT_OK(
        RunStep(cluster_, source,
                CloseOpenSlot{id(source), id(target), open, CloseOpenSlot::Resolution::kFinish}));
    EXPECT_EQ(cluster_.OpenSlots(), 0);
    for (int i = 0; i < kKeys; ++i) ASSERT_EQ(client_.Call({"GET", Key(i)}).text, "2") << Key(i);
    EXPECT_TRUE(Await(absl::Seconds(10), [&] { return cluster_.Agrees(); }));
  }

  LiveCluster cluster_{3, 3, 3};
  LiveClient client_{cluster_};
  SlotRange moving_ = {200, 200 + kSlots};
};

// The target has copies and marks; the new source knows nothing of them. The target, which believes
// no gossip about slots that it imports, knows no owner.
TEST_F(MoveFailover, FinishesAfterTheSourceFailedOver) {
  ASSERT_NO_FATAL_FAILURE(BeginMove([&] { return cluster_.OpenSlots() > 0; }));
  ASSERT_NO_FATAL_FAILURE(FailOver(kReplicaOfSource, kSource, /*witness=*/kTarget));
  Finish(kReplicaOfSource, kTarget, SlotSet(moving_));
}

// Keys were given up by the source, and its mark names the old target.
TEST_F(MoveFailover, FinishesToTheNodeThatTookOverFromTheTarget) {
  ASSERT_NO_FATAL_FAILURE(BeginMove([&] { return !MarkedAtSource().empty(); }));
  const SlotSet marked = MarkedAtSource();
  ASSERT_NO_FATAL_FAILURE(FailOver(kReplicaOfTarget, kTarget, /*witness=*/kSource));
  Finish(kSource, kReplicaOfTarget, marked);
}

}  // namespace
}  // namespace redisop
