// What a working snapshot keeps about all nodes is what counting anew finds, whatever was changed.

#include "services/planner/core/working_snapshot.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <string>

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Node Primary(const std::string& id, SlotSet slots) {
  return {.id = id, .slots = std::move(slots), .pod = "pod-" + id};
}

Node Replica(const std::string& id, const std::string& primary) {
  return {.id = id, .role = Role::kReplica, .primary_id = primary, .pod = "pod-" + id};
}

std::vector<std::string> IdsOf(const std::vector<const Node*>& nodes) {
  std::vector<std::string> ids;
  for (const Node* node : nodes) {
    ids.push_back(node->id);
  }
  return ids;
}

std::vector<std::string> IdsOf(const WorkingSnapshot& snapshot) {
  std::vector<std::string> ids;
  for (const auto& [id, node] : snapshot.nodes()) {
    ids.push_back(id);
  }
  return ids;
}

TEST(WorkingSnapshotTest, NodesAreFoundByIdAndByPod) {
  WorkingSnapshot snapshot({.nodes = {Primary("b", {}), Primary("a", {})}});
  EXPECT_THAT(IdsOf(snapshot), ElementsAre("a", "b"));
  EXPECT_EQ(snapshot.Find("a"), snapshot.Find("pod-a"));
  EXPECT_EQ(snapshot.Find(""), nullptr);
  EXPECT_EQ(snapshot.Find("c"), nullptr);
  snapshot.AddPending({.id = "aa", .pod = "aa"});
  EXPECT_THAT(IdsOf(snapshot), ElementsAre("a", "aa", "b"));
  EXPECT_TRUE(snapshot.IsPending("aa"));
  snapshot.Remove("a");
  EXPECT_EQ(snapshot.Find("a"), nullptr);
  EXPECT_EQ(snapshot.Find("pod-a"), nullptr);
  EXPECT_FALSE(snapshot.PodNameTaken("pod-a"));
  EXPECT_THAT(IdsOf(snapshot), ElementsAre("aa", "b"));
}

TEST(WorkingSnapshotTest, APodThatLeavesKeepsItsNameButIsNotMeant) {
  Node leaving = Primary("a", {});
  leaving.leaving = true;
  const Pod pod{.name = "pod-b", .uid = "1", .leaving = true};
  WorkingSnapshot snapshot({.nodes = {leaving}, .pods = {pod}});
  EXPECT_EQ(snapshot.Find("pod-a"), nullptr);
  EXPECT_TRUE(snapshot.PodNameTaken("pod-a"));
  EXPECT_TRUE(snapshot.PodNameTaken("pod-b"));
  snapshot.RemoveLeavingPod("pod-b", "2");
  EXPECT_TRUE(snapshot.PodNameTaken("pod-b"));
  snapshot.RemoveLeavingPod("pod-b", "1");
  EXPECT_FALSE(snapshot.PodNameTaken("pod-b"));
}

TEST(WorkingSnapshotTest, ShapeChangesWithRolesAndWhoHasSlots) {
  WorkingSnapshot snapshot({.nodes = {Primary("a", SlotSet::All()), Primary("b", {})}});
  uint64_t version = snapshot.shape_version();
  const auto changed = [&] { return std::exchange(version, snapshot.shape_version()) != version; };
  snapshot.Change("a", [](Node& node) { node.alone = true; });
  EXPECT_FALSE(changed());
  snapshot.Change("a", [](Node& node) { node.slots.Remove(7); });
  EXPECT_FALSE(changed());
  snapshot.Change("b", [](Node& node) { node.slots.Add(7); });
  EXPECT_TRUE(changed());
  snapshot.Change("b", [](Node& node) { node.shard = "1"; });
  EXPECT_TRUE(changed());
  snapshot.Appoint("b");
  EXPECT_TRUE(changed());
  snapshot.AddPending({.id = "c"});
  EXPECT_TRUE(changed());
  snapshot.Remove("c");
  EXPECT_TRUE(changed());
}

// Everything that is kept, counted from the nodes.
void ExpectCounted(const WorkingSnapshot& snapshot) {
  SlotSet owned;
  int voters = 0;
  int there = 0;
  for (const auto& [id, node] : snapshot.nodes()) {
    owned.Add(node.slots);
    if (node.role == Role::kPrimary && !node.slots.empty()) {
      ++voters;
      there += node.unobserved || node.health == Health::kFailed ? 0 : 1;
    }
    std::vector<std::string> replicas;
    bool others_own = false;
    const SlotSet some(SlotRange{0, 8});
    for (const auto& [other_id, other] : snapshot.nodes()) {
      if (other.role == Role::kReplica && other.primary_id == id) {
        replicas.push_back(other_id);
      }
      others_own = others_own || (other_id != id && other.slots.Overlaps(some));
    }
    ASSERT_EQ(IdsOf(snapshot.ReplicasOf(id)), replicas);
    ASSERT_EQ(snapshot.OthersOwn(some, node), others_own);
    ASSERT_EQ(snapshot.Find(id), &node);
  }
  ASSERT_EQ(snapshot.owned(), owned);
  ASSERT_EQ(snapshot.voters(), voters);
  ASSERT_EQ(snapshot.voters_there(), there);
}

TEST(WorkingSnapshotTest, RandomChangesAreCounted) {
  const char* given = std::getenv("WORKING_SNAPSHOT_SEED");
  const uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  for (uint64_t i = seed; i < seed + 300; ++i) {
    SCOPED_TRACE(fmt::format("WORKING_SNAPSHOT_SEED={}", i));
    std::mt19937_64 random(i);
    const auto below = [&](int limit) {
      return static_cast<int>(random() % static_cast<uint64_t>(limit));
    };
    const auto any_id = [&] { return std::string(1, static_cast<char>('a' + below(6))); };
    WorkingSnapshot snapshot({.nodes = {Primary("a", SlotSet(SlotRange{0, 16})),
                                        Primary("b", SlotSet(SlotRange{16, 32})), Replica("c", "a"),
                                        Replica("d", "b"), Primary("e", {})}});
    for (int step = 0; step < 40; ++step) {
      const std::string id = any_id();
      switch (below(6)) {
        case 0:
          snapshot.Change(id, [&](Node& node) { node.slots.Add(below(32)); });
          break;
        case 1:
          snapshot.Change(id, [&](Node& node) { node.slots = SlotSet(); });
          break;
        case 2:
          snapshot.Change(id, [&](Node& node) {
            node.role = Role::kReplica;
            node.primary_id = any_id();
          });
          break;
        case 3:
          snapshot.Change(id, [&](Node& node) { node.role = Role::kPrimary; });
          break;
        case 4:
          snapshot.Change(id, [&](Node& node) { node.unobserved = !node.unobserved; });
          break;
        default:
          if (snapshot.Find(id) == nullptr) {
            snapshot.AddPending({.id = id});
          } else {
            snapshot.Remove(id);
          }
      }
      ExpectCounted(snapshot);
      if (::testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace redisop
