#include <gmock/gmock.h>

#include <algorithm>

#include "common/model/node_view.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Node Primary(const NodeId& id, SlotRange slots, uint64_t epoch) {
  return {.id = id, .role = Role::kPrimary, .slots = SlotSet(slots), .config_epoch = epoch};
}

NodeView View(Node self, std::vector<Node> peers) {
  return {.self = std::move(self), .peers = std::move(peers)};
}

const Node kA = Primary("a", {0, 100}, 1);
const Node kB = Primary("b", {100, 200}, 2);
const Node kC = Primary("c", {200, 300}, 3);

TEST(MergeViews, OwnFactsComeFromTheNodeItself) {
  Node stale_b = kB;
  stale_b.slots = SlotSet(SlotRange{100, 150});
  Node b = kB;
  b.keys = 7;
  const ClusterSnapshot merged = MergeViews({View(kA, {stale_b}), View(b, {kA})});
  ASSERT_EQ(merged.nodes.size(), 2u);
  EXPECT_EQ(merged.Find("b")->slots.ToString(), "100-199");
  EXPECT_EQ(merged.Find("b")->keys, 7u);
  EXPECT_FALSE(merged.Find("b")->unobserved);
}

TEST(MergeViews, ANodeWithoutViewIsTakenFromTheOthers) {
  Node failed = kC;
  failed.health = Health::kFailed;
  const ClusterSnapshot merged = MergeViews({View(kA, {kB, failed}), View(kB, {kA, failed})});
  const Node* c = merged.Find("c");
  ASSERT_NE(c, nullptr);
  EXPECT_TRUE(c->unobserved);
  EXPECT_EQ(c->health, Health::kFailed);
  EXPECT_EQ(c->slots.ToString(), "200-299");
}

TEST(MergeViews, OneVoiceOfTwoIsNoMajority) {
  Node failed = kC;
  failed.health = Health::kFailed;
  EXPECT_EQ(MergeViews({View(kA, {kB, failed}), View(kB, {kA, kC})}).Find("c")->health,
            Health::kSuspected);
}

TEST(MergeViews, ANodeWhoseAddressAnotherTookHasFailed) {
  Node gone = kC;
  gone.address = ":0@0";
  EXPECT_EQ(MergeViews({View(kA, {kB, gone}), View(kB, {kA, gone})}).Find("c")->health,
            Health::kFailed);
}

TEST(MergeViews, SlotsThatTwoTakeForTheOthersAreWhoseMostSay) {
  Node a_of_b = kA;
  a_of_b.slots.Add(200);
  Node b_of_a = kB;
  b_of_a.slots.Add(200);
  Node c = kC;
  c.slots.Remove(200);
  const auto attributed = [](const std::vector<NodeView>& views) {
    return MergeViews(views).attributed;
  };
  const std::vector<NodeView> views = {View(kA, {b_of_a, c}), View(kB, {a_of_b, c}),
                                       View(c, {kA, b_of_a})};
  EXPECT_THAT(attributed(views), ElementsAre(SlotAttribution{"b", SlotSet(SlotRange{200, 201})}));
  EXPECT_THAT(attributed({views[0], views[1]}), IsEmpty()) << "one of two is no majority";
  EXPECT_THAT(attributed({views[0], views[2]}), IsEmpty()) << "b was not asked";
}

TEST(MergeViews, ReplicasHaveNoVote) {
  Node failed = kC;
  failed.health = Health::kFailed;
  Node replica{.id = "r", .role = Role::kReplica, .primary_id = "a"};
  const ClusterSnapshot merged = MergeViews(
      {View(kA, {kB, kC, replica}), View(kB, {kA, kC, replica}), View(replica, {kA, kB, failed})});
  EXPECT_EQ(merged.Find("c")->health, Health::kSuspected);
}

TEST(MergeViews, ObservedOwnersAndHigherEpochsWinSlots) {
  Node old_owner = Primary("x", {0, 300}, 1);
  Node new_owner = Primary("y", {150, 300}, 9);
  const ClusterSnapshot merged = MergeViews({View(kA, {old_owner, new_owner})});
  EXPECT_EQ(merged.Find("a")->slots.ToString(), "0-99");
  EXPECT_EQ(merged.Find("y")->slots.ToString(), "150-299");
  EXPECT_EQ(merged.Find("x")->slots.ToString(), "100-149");
}

TEST(MergeViews, NewestClaimAboutANodeCounts) {
  Node before = Primary("x", {500, 600}, 4);
  Node after{.id = "x", .role = Role::kReplica, .primary_id = "a", .config_epoch = 5};
  const ClusterSnapshot merged = MergeViews({View(kA, {kB, after}), View(kB, {kA, before})});
  EXPECT_EQ(merged.Find("x")->role, Role::kReplica);
  EXPECT_TRUE(merged.Find("x")->slots.empty());
}

TEST(MergeViews, UnknownIdsNameUnmetAndUnlinkedNodes) {
  Node unlinked = kB;
  unlinked.unobserved = true;
  const ClusterSnapshot merged =
      MergeViews({View(kA, {unlinked}), View(kB, {kA, kC}), View(kC, {kA, kB})});
  EXPECT_THAT(merged.Find("a")->unknown_ids, ElementsAre("b", "c"));
  EXPECT_THAT(merged.Find("b")->unknown_ids, IsEmpty());
}

TEST(MergeViews, NodesInHandshakeAreNotThereYet) {
  NodeView a = View(kA, {kB, Node{.id = "h"}});
  a.handshake_ids = {"h", "b"};
  const ClusterSnapshot merged = MergeViews({a, View(kB, {kA})});
  EXPECT_EQ(merged.Find("h"), nullptr);
  EXPECT_THAT(merged.Find("a")->unknown_ids, ElementsAre("b"));
}

TEST(MergeViews, NodesThatAreOnlyNamedAreThereAsFailed) {
  Node replica{.id = "r", .role = Role::kReplica, .primary_id = "gone"};
  Node opened = kA;
  opened.open_slots = {{7, OpenSlot::Direction::kMigrating, "away"}};
  const ClusterSnapshot merged = MergeViews({View(opened, {replica}), View(replica, {kA})});
  for (const char* id : {"gone", "away"}) {
    const Node* named = merged.Find(id);
    ASSERT_NE(named, nullptr) << id;
    EXPECT_TRUE(named->unobserved);
    EXPECT_EQ(named->health, Health::kFailed);
  }
  EXPECT_EQ(merged.nodes.size(), 4u);
}

TEST(MergeViews, AReplicaOfNobodyIsAPrimaryWithoutSlots) {
  Node orphan{.id = "o", .role = Role::kReplica};
  EXPECT_EQ(MergeViews({View(kA, {orphan}), View(orphan, {kA})}).Find("o")->role, Role::kPrimary);
}

TEST(MergeViews, PrimariesWithoutFunctionsAreNamed) {
  NodeView a = View(kA, {kB});
  a.functions_digest = "f";
  EXPECT_THAT(MergeViews({a, View(kB, {kA})}).lacking_functions, ElementsAre("b"));
  EXPECT_THAT(MergeViews({View(kA, {kB}), View(kB, {kA})}).lacking_functions, IsEmpty());
}

TEST(MergeViews, OrderOfViewsChangesNothing) {
  Node twin = kA;
  twin.pod = "p1";
  twin.keys = 5;
  Node original = kA;
  original.pod = "p0";
  Node suspected = kC;
  suspected.health = Health::kSuspected;
  std::vector<NodeView> views = {View(twin, {kB}), View(kB, {kA, kC}), View(original, {suspected})};
  const ClusterSnapshot first = MergeViews(views);
  EXPECT_EQ(first.Find("a")->pod, "p0");
  std::vector<size_t> order = {0, 1, 2};
  do {
    EXPECT_EQ(MergeViews({views[order[0]], views[order[1]], views[order[2]]}), first);
  } while (std::next_permutation(order.begin(), order.end()));
}

}  // namespace
}  // namespace redisop
