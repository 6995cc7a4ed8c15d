#include "common/model/cluster_snapshot.h"

#include <gtest/gtest.h>

#include "common/model/plan.h"

namespace redisop {
namespace {

Node NodeWith(const std::string& id, const std::string& pod) {
  Node node;
  node.id = id;
  node.pod = pod;
  return node;
}

TEST(ClusterSnapshotTest, FindsByIdAndByPodButNotTheOneThatLeaves) {
  ClusterSnapshot snapshot;
  snapshot.nodes = {NodeWith("old", "redis-0-0"), NodeWith("new", "redis-0-0")};
  snapshot.nodes[0].leaving = true;
  EXPECT_EQ(snapshot.Find("redis-0-0")->id, "new");
  EXPECT_EQ(snapshot.Find("old")->id, "old");
  EXPECT_EQ(snapshot.Find("other"), nullptr);
  EXPECT_EQ(snapshot.Find(""), nullptr) << "a lost node has no pod; the empty name finds nobody";
}

TEST(ClusterSnapshotTest, CanonicalFormDoesNotDependOnTheOrder) {
  ClusterSnapshot one;
  one.nodes = {NodeWith("b", ""), NodeWith("a", "")};
  one.nodes[1].unknown_ids = {"y", "x"};
  ClusterSnapshot other;
  other.nodes = {NodeWith("a", ""), NodeWith("b", "")};
  other.nodes[0].unknown_ids = {"x", "y"};
  EXPECT_EQ(Canonical(one), Canonical(other));
}

TEST(PlanTest, StepsReadLikeSentences) {
  const std::string a(40, 'a');
  const std::string b(40, 'b');
  EXPECT_EQ(Describe(MigrateSlots{a, b, SlotSet(SlotRange{0, 100})}),
            "MigrateSlots aaaaaaaa… → bbbbbbbb… 0-99");
  EXPECT_EQ(Describe(CreatePod{"redis-3-0", "3", 0, "a"}), "CreatePod redis-3-0 in zone a");
  EXPECT_EQ(Describe(CreatePod{"redis-3-1", "3", 1, "a", {"h1", "h2"}}),
            "CreatePod redis-3-1 in zone a, not on h1 h2");
  EXPECT_EQ(Describe(PromoteReplica{a, b}), "PromoteReplica aaaaaaaa… for bbbbbbbb…");
  EXPECT_EQ(CodeName(FindingCode::kWeightUnused), "WEIGHT_UNUSED");
  EXPECT_EQ(CodeName(BlockedCode::kNotSupported), "NOT_SUPPORTED");
}

}  // namespace
}  // namespace redisop
