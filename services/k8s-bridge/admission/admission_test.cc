// One test per rule: each fails when its rule is removed.

#include "services/k8s-bridge/admission/admission.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace redisop {

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << CodeName(refusal.code) << ": " << refusal.text;
}

namespace {

using ::testing::Eq;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Optional;

auto Refused(BlockedCode code, const std::string& text) {
  return Optional(AllOf(Field(&Refusal::code, code), Field(&Refusal::text, HasSubstr(text))));
}

// Two shards of a primary and a replica each: "a" with replica "ra", "b" with "rb"; all know each
// other; and an empty primary "e" in shard 2.
class Admission : public ::testing::Test {
 protected:
  Admission() {
    AddPrimary("a", "0", 0, {0, 8192});
    AddReplica("ra", "0", 1, "a");
    AddPrimary("b", "1", 0, {8192, 16384});
    AddReplica("rb", "1", 1, "b");
    AddPrimary("e", "2", 0, {0, 0});
    snapshot_.formed = true;
    spec_.name = "c";
  }

  void AddPrimary(const NodeId& id, const std::string& shard, int member, SlotRange slots) {
    snapshot_.nodes.push_back({.id = id,
                               .slots = SlotSet(slots),
                               .address = "x:1@2",
                               .pod = "c-" + shard + "-" + std::to_string(member),
                               .pod_uid = "u-" + id,
                               .shard = shard,
                               .member = member,
                               .keys = slots.size() > 0 ? 10u : 0u});
    snapshot_.nodes.back().config_epoch = snapshot_.nodes.size();
  }
  void AddReplica(const NodeId& id, const std::string& shard, int member, const NodeId& primary) {
    AddPrimary(id, shard, member, {0, 0});
    Node& node = snapshot_.nodes.back();
    node.role = Role::kReplica;
    node.primary_id = primary;
    node.keys = 10;
  }
  Node& At(const NodeId& id) { return *snapshot_.Find(id); }
  // All others have forgotten the node.
  void Forgotten(const NodeId& id) {
    for (Node& node : snapshot_.nodes) {
      if (node.id != id) {
        node.unknown_ids.push_back(id);
      }
    }
  }
  std::optional<Refusal> Ask(const StepKind& kind, const StepSize& size = {}) {
    SlotClaims claims = claims_;
    for (const Node& node : snapshot_.nodes) {
      if (!node.slots.empty()) {
        claims[node.id].Add(node.slots);
      }
    }
    return Admit(kind, size,
                 {.snapshot = snapshot_,
                  .claims = claims,
                  .disputed_roles = disputed_roles_,
                  .running = running_,
                  .spec = spec_,
                  .policy = policy_});
  }

  ClusterSnapshot snapshot_;
  SlotClaims claims_;
  std::set<NodeId> disputed_roles_;
  std::vector<StepKind> running_;
  ClusterSpec spec_;
  Policy policy_;
};

const SlotSet kFirst = SlotSet(SlotRange{0, 100});

TEST_F(Admission, CreatePod) {
  EXPECT_EQ(Ask(CreatePod{"c-3-0", "3", 0, ""}), std::nullopt);
  EXPECT_THAT(Ask(CreatePod{"d-3-0", "3", 0, ""}), Refused(BlockedCode::kNotSupported, "d-3-0"));
  EXPECT_THAT(Ask(CreatePod{"c-0-0", "0", 0, ""}), Refused(BlockedCode::kMustWait, "still there"));
  snapshot_.pods.push_back({.name = "c-3-0", .uid = "u"});
  EXPECT_THAT(Ask(CreatePod{"c-3-0", "3", 0, ""}), Refused(BlockedCode::kMustWait, "still there"));
}

TEST_F(Admission, DeletePodNeedsAReceipt) {
  const DeletePod step{"c-2-0", "u-e", "e"};
  Forgotten("e");
  EXPECT_EQ(Ask(step), std::nullopt);
  At("e").unobserved = true;
  EXPECT_THAT(Ask(step), Refused(BlockedCode::kNodeNotObserved, "did not answer"));
}

TEST_F(Admission, DeletePodOnlyTheVeryPod) {
  Forgotten("e");
  EXPECT_THAT(Ask(DeletePod{"c-2-0", "", "e"}), Refused(BlockedCode::kNotSupported, "UID"));
  EXPECT_THAT(Ask(DeletePod{"c-2-0", "u-x", "e"}),
              Refused(BlockedCode::kNodeNotObserved, "another pod"));
}

TEST_F(Admission, DeletePodNeverWithSlots) {
  Forgotten("a");
  EXPECT_THAT(Ask(DeletePod{"c-0-0", "u-a", "a"}),
              Refused(BlockedCode::kWouldLoseLastCopy, "owns 8192 slots"));
}

TEST_F(Admission, DeletePodNeverWhileAnybodyGivesItSlots) {
  Forgotten("e");
  claims_["e"].Add(5);
  EXPECT_THAT(Ask(DeletePod{"c-2-0", "u-e", "e"}),
              Refused(BlockedCode::kWouldLoseLastCopy, "owns 1 slots"));
}

TEST_F(Admission, DeletePodNeverWithOpenSlots) {
  Forgotten("e");
  At("a").open_slots.push_back({5, OpenSlot::Direction::kMigrating, "e"});
  EXPECT_THAT(Ask(DeletePod{"c-2-0", "u-e", "e"}), Refused(BlockedCode::kMustWait, "open"));
  At("a").open_slots.clear();
  At("e").open_slots.push_back({5, OpenSlot::Direction::kImporting, "a"});
  EXPECT_THAT(Ask(DeletePod{"c-2-0", "u-e", "e"}), Refused(BlockedCode::kMustWait, "open"));
}

TEST_F(Admission, DeletePodNeverAPrimaryOfReplicas) {
  Forgotten("e");
  AddReplica("re", "2", 1, "e");
  EXPECT_THAT(Ask(DeletePod{"c-2-0", "u-e", "e"}),
              Refused(BlockedCode::kMustWait, "is a replica of"));
}

TEST_F(Admission, DeletePodNeverWithKeys) {
  Forgotten("e");
  At("e").keys = 1;
  EXPECT_THAT(Ask(DeletePod{"c-2-0", "u-e", "e"}),
              Refused(BlockedCode::kWouldLoseLastCopy, "holds 1 keys"));
}

TEST_F(Admission, DeletePodOfAReplicaKeepsThePromisedCopies) {
  const DeletePod step{"c-0-1", "u-ra", "ra"};
  Forgotten("ra");
  EXPECT_THAT(Ask(step), Refused(BlockedCode::kWouldLoseLastCopy, "0 replicas in sync"));
  AddReplica("ra2", "0", 2, "a");
  Forgotten("ra");
  EXPECT_EQ(Ask(step), std::nullopt);
  At("ra2").link = Link::kSyncing;
  EXPECT_THAT(Ask(step), Refused(BlockedCode::kWouldLoseLastCopy, "0 replicas in sync"));
  At("ra2").link = Link::kInSync;
  At("a").unobserved = true;
  EXPECT_THAT(Ask(step), Refused(BlockedCode::kWouldLoseLastCopy, "its primary does not serve"));
}

TEST_F(Admission, DeletePodOnlyWhenForgotten) {
  EXPECT_THAT(Ask(DeletePod{"c-2-0", "u-e", "e"}), Refused(BlockedCode::kMustWait, "still knows"));
}

TEST_F(Admission, DeletePodThatNeverWasANode) {
  snapshot_.pods.push_back({.name = "c-3-0", .uid = "u-p", .host = "h"});
  const DeletePod step{"c-3-0", "u-p", ""};
  EXPECT_EQ(Ask(step), std::nullopt);
  EXPECT_THAT(Ask(DeletePod{"c-3-0", "u-q", ""}),
              Refused(BlockedCode::kNodeNotObserved, "is not there"));
  snapshot_.nodes.push_back({.id = "lost", .unobserved = true});
  EXPECT_THAT(Ask(step), Refused(BlockedCode::kNodeNotObserved, "may be node lost"));
  snapshot_.pods.back().host = "";
  EXPECT_EQ(Ask(step), std::nullopt) << "a pod that was never bound runs nothing";
}

TEST_F(Admission, MeetNodes) {
  const MeetNodes step{{"a", "b", "e"}};
  EXPECT_EQ(Ask(step), std::nullopt);
  At("e").unobserved = true;
  EXPECT_THAT(Ask(step), Refused(BlockedCode::kNodeNotObserved, "did not answer"));
  At("e").unobserved = false;
  At("e").slots = kFirst;
  EXPECT_THAT(Ask(step), Refused(BlockedCode::kSlotOwnerUnclear, "0-99"));
  At("e").slots = SlotSet();
  At("e").alone = true;
  At("e").keys = 3;
  EXPECT_THAT(Ask(step), Refused(BlockedCode::kNodesNotEmpty, "holds 3 keys"));
  At("e").keys = 0;
  At("e").pod = "";
  EXPECT_THAT(Ask(MeetNodes{{"a", "e"}}), Refused(BlockedCode::kNotSupported, "not a pod"));
}

TEST_F(Admission, SetConfigEpoch) {
  At("e").alone = true;
  At("e").config_epoch = 0;
  EXPECT_EQ(Ask(SetConfigEpoch{"e", 9}), std::nullopt);
  EXPECT_THAT(Ask(SetConfigEpoch{"e", 1}), Refused(BlockedCode::kSlotOwnerUnclear, "epoch 1"));
  At("e").alone = false;
  EXPECT_THAT(Ask(SetConfigEpoch{"e", 9}), Refused(BlockedCode::kNodesNotEmpty, "knows others"));
}

TEST_F(Admission, AssignSlotsOnlyThoseWithoutOwner) {
  At("a").slots.Remove(kFirst);
  EXPECT_EQ(Ask(AssignSlots{"e", kFirst}), std::nullopt);
  claims_["old"].Add(7);
  EXPECT_THAT(Ask(AssignSlots{"e", kFirst}), Refused(BlockedCode::kSlotOwnerUnclear, "slots 7"));
}

TEST_F(Admission, AssignSlotsOfWhichTwoNodesEachNameTheOther) {
  At("a").slots.Remove(kFirst);
  claims_["a"].Add(kFirst);
  claims_["e"].Add(kFirst);
  EXPECT_EQ(Ask(AssignSlots{"a", kFirst}), std::nullopt);
  EXPECT_THAT(Ask(AssignSlots{"b", kFirst}),
              Refused(BlockedCode::kSlotOwnerUnclear, "belong to a"));
  At("e").slots.Add(7);
  EXPECT_THAT(Ask(AssignSlots{"a", kFirst}), Refused(BlockedCode::kSlotOwnerUnclear, "slots 0-99"));
}

TEST_F(Admission, AssignSlotsNotTwiceAtATime) {
  At("a").slots.Remove(kFirst);
  running_.push_back(AssignSlots{"b", kFirst});
  EXPECT_THAT(Ask(AssignSlots{"e", kFirst}), Refused(BlockedCode::kMustWait, "step that runs"));
}

TEST_F(Admission, AssignSlotsWhileANodeIsAbsentNeedsConsent) {
  At("a").slots.Remove(kFirst);
  At("b").unobserved = true;
  EXPECT_THAT(Ask(AssignSlots{"e", kFirst}),
              Refused(BlockedCode::kNeedsAllowDataLoss, "did not answer"));
  policy_.allow_data_loss = {"0"};
  EXPECT_EQ(Ask(AssignSlots{"e", kFirst}), std::nullopt);
}

TEST_F(Admission, FormationOnlyOnEmptyNodesThatAllAnswer) {
  snapshot_ = ClusterSnapshot();
  AddPrimary("x", "0", 0, {0, 0});
  AddPrimary("y", "1", 0, {0, 0});
  EXPECT_EQ(Ask(AssignSlots{"x", SlotSet::All()}), std::nullopt);
  At("y").keys = 1;
  EXPECT_THAT(Ask(AssignSlots{"x", SlotSet::All()}),
              Refused(BlockedCode::kNodesNotEmpty, "1 keys"));
  At("y").keys = 0;
  At("y").unobserved = true;
  EXPECT_THAT(Ask(AssignSlots{"x", SlotSet::All()}),
              Refused(BlockedCode::kNodeNotObserved, "did not answer"));
}

TEST_F(Admission, AttachReplica) {
  EXPECT_EQ(Ask(AttachReplica{"e", "a"}), std::nullopt);
  EXPECT_THAT(Ask(AttachReplica{"e", "ra"}), Refused(BlockedCode::kMustWait, "not a primary"));
  At("e").keys = 1;
  EXPECT_THAT(Ask(AttachReplica{"e", "a"}), Refused(BlockedCode::kWouldLoseLastCopy, "1 keys"));
  At("e").keys = 0;
  At("e").unknown_ids = {"a"};
  EXPECT_THAT(Ask(AttachReplica{"e", "a"}), Refused(BlockedCode::kMustWait, "no link"));
  EXPECT_THAT(Ask(AttachReplica{"b", "a"}), Refused(BlockedCode::kWouldLoseLastCopy, "slots"));
  At("a").health = Health::kFailed;
  EXPECT_THAT(Ask(AttachReplica{"e", "a"}), Refused(BlockedCode::kMustWait, "failed"));
}

TEST_F(Admission, MigrateSlotsOwnerAsExpected) {
  EXPECT_EQ(Ask(MigrateSlots{"a", "e", kFirst}), std::nullopt);
  EXPECT_THAT(Ask(MigrateSlots{"b", "e", kFirst}),
              Refused(BlockedCode::kSlotOwnerUnclear, "does not own"));
  claims_["b"].Add(3);
  EXPECT_THAT(Ask(MigrateSlots{"a", "e", kFirst}),
              Refused(BlockedCode::kSlotOwnerUnclear, "slots 3 belong to b"));
}

TEST_F(Admission, MigrateSlotsGoesOnAfterAnInterruption) {
  At("a").slots.Remove(5);
  At("e").slots.Add(5);
  EXPECT_EQ(Ask(MigrateSlots{"a", "e", kFirst}), std::nullopt);
}

TEST_F(Admission, MigrateSlotsNotIntoALeavingPod) {
  At("e").leaving = true;
  EXPECT_THAT(Ask(MigrateSlots{"a", "e", kFirst}), Refused(BlockedCode::kNotSupported, "cannot"));
}

TEST_F(Admission, MigrateSlotsNotThoseOpenTowardsAnother) {
  At("a").open_slots.push_back({5, OpenSlot::Direction::kMigrating, "b"});
  EXPECT_THAT(Ask(MigrateSlots{"a", "e", kFirst}),
              Refused(BlockedCode::kSlotOwnerUnclear, "open towards b"));
}

TEST_F(Admission, MigrateSlotsOneStreamPerNodeAndWithinTheLimit) {
  running_ = {MigrateSlots{"b", "e", SlotSet(SlotRange{9000, 9001})}};
  EXPECT_THAT(Ask(MigrateSlots{"a", "e", kFirst}), Refused(BlockedCode::kMustWait, "is busy"));
  running_ = {MigrateSlots{"x", "y", SlotSet(SlotRange{9000, 9001})}};
  EXPECT_EQ(Ask(MigrateSlots{"a", "e", kFirst}), std::nullopt);
  policy_.max_parallel_migrations = 1;
  EXPECT_THAT(Ask(MigrateSlots{"a", "e", kFirst}),
              Refused(BlockedCode::kMustWait, "1 are allowed"));
}

TEST_F(Admission, MigrateSlotsNoSlotInTwoSteps) {
  running_ = {CloseOpenSlot{"x", "y", SlotSet(SlotRange{5, 6})}};
  EXPECT_THAT(Ask(MigrateSlots{"a", "e", kFirst}),
              Refused(BlockedCode::kMustWait, "slots 5 are in a step"));
}

TEST_F(Admission, MigrateSlotsNeedsMemory) {
  At("e").max_memory_bytes = 100 << 20;
  At("e").used_memory_bytes = 80 << 20;
  EXPECT_EQ(Ask(MigrateSlots{"a", "e", kFirst}, {.bytes = 10 << 20}), std::nullopt);
  EXPECT_THAT(Ask(MigrateSlots{"a", "e", kFirst}, {.bytes = 11 << 20}),
              Refused(BlockedCode::kTargetLacksMemory, "91.0 MiB of 100.0 MiB"));
}

TEST_F(Admission, MigrateSlotsNeedsALink) {
  At("a").unknown_ids = {"e"};
  EXPECT_THAT(Ask(MigrateSlots{"a", "e", kFirst}), Refused(BlockedCode::kMustWait, "no link"));
}

TEST_F(Admission, CloseOpenSlot) {
  EXPECT_EQ(Ask(CloseOpenSlot{"a", "e", kFirst}), std::nullopt);
  EXPECT_THAT(Ask(CloseOpenSlot{"b", "e", kFirst}),
              Refused(BlockedCode::kSlotOwnerUnclear, "does not own"));
  claims_["b"].Add(3);
  EXPECT_THAT(Ask(CloseOpenSlot{"a", "e", kFirst}),
              Refused(BlockedCode::kSlotOwnerUnclear, "belong to b"));
  At("e").unobserved = true;
  EXPECT_THAT(Ask(CloseOpenSlot{"a", "e", kFirst}),
              Refused(BlockedCode::kNodeNotObserved, "did not answer"));
}

TEST_F(Admission, PromoteReplica) {
  EXPECT_EQ(Ask(PromoteReplica{"ra", "a"}), std::nullopt);
  EXPECT_THAT(Ask(PromoteReplica{"rb", "a"}), Refused(BlockedCode::kMustWait, "not a replica of"));
  At("ra").link = Link::kSyncing;
  EXPECT_THAT(Ask(PromoteReplica{"ra", "a"}), Refused(BlockedCode::kNoReplicaInSync, "in sync"));
  At("ra").link = Link::kInSync;
  At("b").unobserved = true;
  EXPECT_THAT(Ask(PromoteReplica{"ra", "a"}), Refused(BlockedCode::kQuorumAtRisk, "1 of 2"));
}

TEST_F(Admission, PromoteReplicaOneAtATimeAndNotDuringAMigration) {
  running_ = {PromoteReplica{"rb", "b"}};
  EXPECT_THAT(Ask(PromoteReplica{"ra", "a"}), Refused(BlockedCode::kMustWait, "one failover"));
  running_ = {MigrateSlots{"a", "e", kFirst}};
  EXPECT_THAT(Ask(PromoteReplica{"ra", "a"}), Refused(BlockedCode::kMustWait, "slots of its"));
}

TEST_F(Admission, PromoteReplicaOnlyWhenAllKnowIt) {
  disputed_roles_ = {"ra"};
  EXPECT_THAT(Ask(PromoteReplica{"ra", "a"}), Refused(BlockedCode::kMustWait, "do not know yet"));
}

TEST_F(Admission, TakeOverOnlyWithoutQuorumAndWithConsent) {
  EXPECT_THAT(Ask(TakeOver{"ra", "a"}), Refused(BlockedCode::kMustWait, "elects by itself"));
  At("a").unobserved = true;
  EXPECT_THAT(Ask(TakeOver{"ra", "a"}), Refused(BlockedCode::kNeedsAllowDataLoss, "shard 0"));
  policy_.allow_data_loss = {"0"};
  EXPECT_EQ(Ask(TakeOver{"ra", "a"}), std::nullopt);
  EXPECT_THAT(Ask(TakeOver{"ra", "b"}), Refused(BlockedCode::kMustWait, "not a replica"));
}

TEST_F(Admission, ForgetNodeThatLeaves) {
  EXPECT_EQ(Ask(ForgetNode{"e"}), std::nullopt);
  EXPECT_THAT(Ask(ForgetNode{"a"}), Refused(BlockedCode::kWouldLoseLastCopy, "slots"));
  At("b").unobserved = true;
  EXPECT_THAT(Ask(ForgetNode{"e"}), Refused(BlockedCode::kNodeNotObserved, "bring"));
}

TEST_F(Admission, ForgetNodeThatIsLost) {
  At("e").unobserved = true;
  EXPECT_THAT(Ask(ForgetNode{"e"}), Refused(BlockedCode::kNodeNotObserved, "its pod is there"));
  At("e").pod = "";
  EXPECT_THAT(Ask(ForgetNode{"e"}), Refused(BlockedCode::kMustWait, "have not agreed"));
  At("e").health = Health::kFailed;
  EXPECT_EQ(Ask(ForgetNode{"e"}), std::nullopt);
  At("e").slots.Add(3);
  EXPECT_THAT(Ask(ForgetNode{"e"}), Refused(BlockedCode::kNeedsAllowDataLoss, "owned 1 slots"));
  policy_.recreate_lost_shards = true;
  EXPECT_EQ(Ask(ForgetNode{"e"}), std::nullopt);
  AddReplica("re", "2", 1, "e");
  EXPECT_THAT(Ask(ForgetNode{"e"}), Refused(BlockedCode::kMustWait, "may be promoted"));
}

TEST_F(Admission, ForgetNodeThatNobodyKnowsIsDone) {
  EXPECT_EQ(Ask(ForgetNode{"nobody"}), std::nullopt);
}

TEST_F(Admission, ResetEmptyNode) {
  EXPECT_EQ(Ask(ResetEmptyNode{"e"}), std::nullopt);
  EXPECT_THAT(Ask(ResetEmptyNode{"ra"}), Refused(BlockedCode::kNodesNotEmpty, "10 keys"));
  At("a").keys = 0;
  EXPECT_THAT(Ask(ResetEmptyNode{"a"}), Refused(BlockedCode::kWouldLoseLastCopy, "slots"));
}

TEST_F(Admission, CopyFunctions) {
  EXPECT_EQ(Ask(CopyFunctions{"a", "e"}), std::nullopt);
  snapshot_.lacking_functions = {"a"};
  EXPECT_THAT(Ask(CopyFunctions{"a", "e"}), Refused(BlockedCode::kNotSupported, "no functions"));
}

TEST_F(Admission, SetConfig) {
  EXPECT_EQ(Ask(SetConfig{{"a"}, {}}), std::nullopt);
  At("a").unobserved = true;
  EXPECT_THAT(Ask(SetConfig{{"a"}, {}}), Refused(BlockedCode::kNodeNotObserved, "answer"));
}

}  // namespace
}  // namespace redisop
