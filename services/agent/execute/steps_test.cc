// The steps against real redis-servers: what they do, and what they refuse.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/status.h"
#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "services/agent/execute/hand_over.h"
#include "services/agent/testing/agent_fixture.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;

class StepsTest : public AgentFixture {
 protected:
  static void ExpectDone(const StepState& state) {
    EXPECT_EQ(state.state, StepState::State::kDone) << state.text;
  }
  static void ExpectRefused(const StepState& state, Refusal refusal) {
    EXPECT_EQ(state.state, StepState::State::kFailed) << state.text;
    EXPECT_EQ(RefusalName(state.refusal), RefusalName(refusal)) << state.text;
  }
};

TEST_F(StepsTest, FormsAClusterThatServesAtOnce) {
  StartNodes(6);
  const absl::Duration start = SystemClock().Monotonic();
  Form(3);
  const absl::Duration took = SystemClock().Monotonic() - start;
  for (int i = 0; i < size(); ++i) {
    const Observation observation = Observe(i);
    EXPECT_TRUE(observation.answers) << observation.error;
    EXPECT_FALSE(observation.view.self.state_fail);
    EXPECT_EQ(observation.view.peers.size(), 5u);
    EXPECT_EQ(observation.view.self.link, Link::kInSync);
    EXPECT_EQ(observation.config.at("cluster-node-timeout"), "5000") << "the dip is over";
  }
  EXPECT_EQ(Observe(4).view.self.primary_id, id(1));
  // Without the dip it would be min(node-timeout, 5 s).
  EXPECT_LT(took, absl::Seconds(4));
  RecordProperty("milliseconds", static_cast<int>(absl::ToInt64Milliseconds(took)));
}

TEST_F(StepsTest, StepsAreDoneAgainWithoutEffect) {
  StartNodes(3);
  Form(2);
  ExpectDone(Run(0, SetConfigEpoch{id(0), 1}));
  ExpectDone(Run(0, AssignSlots{id(0), SlotsOfPart(0, 2)}));
  ExpectDone(Run(0, MeetNodes{ids()}));
  ExpectDone(Run(2, AttachReplica{id(2), id(0)}));
  ExpectDone(Run(2, PromoteReplica{id(2), id(0)}));
  ExpectDone(Run(2, PromoteReplica{id(2), id(0)}));
}

TEST_F(StepsTest, MeetsNobodyElseThanTheNodeItMeans) {
  StartNodes(3);
  // What answers at the address of node 1 is node 2, as after the reuse of a pod's IP.
  StepRequest request = Request(0, MeetNodes{{id(0), id(1)}});
  request.peers[id(1)] = *ParseRedisAddress(redis(2).address());
  ASSERT_OK(Start(0, request));
  ExpectRefused(AwaitEnd(0, request.step_id), Refusal::kPeerChanged);
  EXPECT_TRUE(Observe(0).view.self.alone);
  EXPECT_TRUE(Observe(2).view.self.alone);
}

TEST_F(StepsTest, MeetNeedsTheNodeItself) {
  StartNodes(2);
  ExpectRefused(Run(0, MeetNodes{{id(1)}}), Refusal::kNodeChanged);
}

TEST_F(StepsTest, MeetThatCannotReachAPeerTimesOutAndCanBeCancelled) {
  StartNodes(2);
  redis(1).Kill();
  StepRequest request = Request(0, MeetNodes{ids()});
  request.timeout = absl::Milliseconds(200);
  ASSERT_OK(Start(0, request));
  ExpectRefused(AwaitEnd(0, request.step_id), Refusal::kTimedOut);

  request = Request(0, MeetNodes{ids()});
  ASSERT_OK(Start(0, request));
  ASSERT_OK(executor_.Cancel(*managed(0), request.fence, request.step_id));
  ExpectRefused(AwaitEnd(0, request.step_id), Refusal::kCancelled);
}

TEST_F(StepsTest, ConfigEpochIsForNewNodesOnly) {
  StartNodes(2);
  Form(2);
  ExpectRefused(Run(0, SetConfigEpoch{id(0), 9}), Refusal::kStateChanged);
}

TEST_F(StepsTest, SlotsOfOthersAreNotTaken) {
  StartNodes(3);
  Form(2);
  const StepState state = Run(0, AssignSlots{id(0), SlotSet::All()});
  ExpectRefused(state, Refusal::kStateChanged);
  EXPECT_THAT(state.text, HasSubstr("8192-16383"));
  ExpectRefused(Run(2, AssignSlots{id(2), SlotsOfPart(0, 2)}), Refusal::kWrongRole);
}

// Each of two nodes takes the other for the owner, as after a lost race of claims.
TEST_F(StepsTest, SlotsThatTheirOwnerDeniesAreTaken) {
  StartNodes(2);
  Form(2);
  ASSERT_TRUE(Command(0, {"CLUSTER", "SETSLOT", "5", "NODE", id(1)}).IsOk());
  ExpectDone(Run(0, AssignSlots{id(0), SlotSet(SlotRange{5, 6})}));
  EXPECT_TRUE(Observe(0).view.self.slots.Contains(5));
  EXPECT_TRUE(Await(absl::Seconds(5), [&] {
    const Observation other = Observe(1);
    return other.view.peers.front().slots.Contains(5);
  }));

  // The same for a slot whose keys the other one holds.
  ASSERT_TRUE(Await(absl::Seconds(10), [&] { return Command(0, {"SET", "k", "v"}).IsOk(); }));
  const std::string payload = Command(0, {"DUMP", "k"}).text;
  ASSERT_TRUE(Command(1, {"CLUSTER", "SETSLOT", "7629", "IMPORTING", id(0)}).IsOk());
  ASSERT_TRUE(Command(1, {"RESTORE-ASKING", "k", "0", payload}).IsOk());
  ASSERT_TRUE(Command(1, {"CLUSTER", "SETSLOT", "7629", "STABLE"}).IsOk());
  Command(0, {"DEL", "k"});
  ASSERT_TRUE(Command(0, {"CLUSTER", "SETSLOT", "7629", "NODE", id(1)}).IsOk());
  ExpectRefused(Run(0, AssignSlots{id(0), SlotSet(SlotRange{7629, 7630})}), Refusal::kKeysLeft);
}

TEST_F(StepsTest, NodesWithDataBecomeNoReplicas) {
  StartNodes(2);
  Command(1, {"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
  ExpectRefused(Run(1, AttachReplica{id(1), id(0)}), Refusal::kNodeNotEmpty);
  Command(0, {"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
  ASSERT_TRUE(Await(absl::Seconds(10), [&] { return Command(0, {"SET", "k", "v"}).IsOk(); }));
  Command(0, {"CLUSTER", "DELSLOTSRANGE", "0", "16383"});
  const StepState state = Run(0, AttachReplica{id(0), id(1)});
  ExpectRefused(state, Refusal::kNodeNotEmpty);
  EXPECT_THAT(state.text, HasSubstr("1 keys"));
}

TEST_F(StepsTest, AttachWaitsForAPrimaryThatIsNotKnownYet) {
  StartNodes(2);
  const StepRequest attach = Request(1, AttachReplica{id(1), id(0)});
  ASSERT_OK(Start(1, attach));
  EXPECT_EQ(managed(1)->steps.Find(attach.step_id)->state, StepState::State::kRunning);
  for (const StepState& state : RunOnAll(MeetNodes{ids()})) {
    ExpectDone(state);
  }
  ExpectDone(AwaitEnd(1, attach.step_id));
  EXPECT_EQ(Observe(1).view.self.role, Role::kReplica);
}

TEST_F(StepsTest, PromotionKeepsWhatWasWritten) {
  StartNodes(4);
  Form(3);
  ASSERT_TRUE(Command(0, {"SET", "{06S}", "v"}).IsOk());  // slot 0
  ExpectDone(Run(3, PromoteReplica{id(3), id(0)}));
  const Observation old_primary = Observe(0);
  EXPECT_EQ(old_primary.view.self.role, Role::kReplica);
  EXPECT_EQ(old_primary.view.self.primary_id, id(3));
  EXPECT_EQ(Command(3, {"GET", "{06S}"}).text, "v");
}

TEST_F(StepsTest, TheSameReplicaIsNotPromotedTwiceInAMoment) {
  StartNodes(4);
  Form(3);
  ExpectDone(Run(3, PromoteReplica{id(3), id(0)}));
  ExpectDone(Run(0, PromoteReplica{id(0), id(3)}));
  const StepState state = Run(3, PromoteReplica{id(3), id(0)});
  ExpectRefused(state, Refusal::kFailoverTooSoon);
  EXPECT_EQ(Observe(0).view.self.role, Role::kPrimary);

  // A restarted agent knows it too.
  InstanceMemory memory(redis(3).directory(), SystemDisk());
  EXPECT_GT(*memory.LastPromotion(), absl::Now() - absl::Minutes(1));
}

TEST_F(StepsTest, PromotionNeedsALiveLink) {
  StartNodes(4);
  Form(3);
  ExpectRefused(Run(3, PromoteReplica{id(3), id(1)}), Refusal::kWrongRole);
  ExpectRefused(Run(1, PromoteReplica{id(1), id(0)}), Refusal::kWrongRole);
  redis(0).Kill();
  ASSERT_TRUE(Await(absl::Seconds(5), [&] { return Observe(3).view.self.link == Link::kDown; }));
  const StepState state = Run(3, PromoteReplica{id(3), id(0)});
  EXPECT_EQ(state.state, StepState::State::kFailed) << state.text;
}

TEST_F(StepsTest, TakeOverOnlyWhenTheMajorityIsGone) {
  StartNodes(4, /*node_timeout_milliseconds=*/500);
  Form(3);
  ExpectRefused(Run(3, TakeOver{id(3), id(0)}), Refusal::kStateChanged);
  redis(0).Kill();
  redis(1).Kill();
  ASSERT_TRUE(Await(absl::Seconds(10), [&] {
    const NodeView view = Observe(3).view;
    int gone = 0;
    for (const Node& peer : view.peers) {
      gone += peer.health != Health::kOk ? 1 : 0;
    }
    return gone == 2;
  }));
  ExpectDone(Run(3, TakeOver{id(3), id(0)}));
  EXPECT_EQ(Observe(3).view.self.role, Role::kPrimary);
  EXPECT_EQ(Observe(3).view.self.slots, SlotsOfPart(0, 3));
}

TEST_F(StepsTest, ForgetsNodesThatOwnNothing) {
  StartNodes(4);
  Form(3);
  ExpectRefused(Run(0, ForgetNode{id(1)}), Refusal::kNodeNotEmpty);
  ExpectRefused(Run(3, ForgetNode{id(0)}), Refusal::kWrongRole);
  ExpectRefused(Run(0, ForgetNode{id(0)}), Refusal::kNodeChanged);
  for (int i = 0; i < 3; ++i) {
    ExpectDone(Run(i, ForgetNode{id(3)}));
    ExpectDone(Run(i, ForgetNode{id(3)}));
    EXPECT_EQ(Observe(i).view.peers.size(), 2u);
  }
}

TEST_F(StepsTest, ResetsOnlyWhatIsEmpty) {
  StartNodes(3);
  Form(2);
  ExpectRefused(Run(0, ResetEmptyNode{id(0)}), Refusal::kNodeNotEmpty);
  ExpectRefused(Run(2, ResetEmptyNode{id(2)}), Refusal::kWrongRole);
  StartNodes(1);
  for (const StepState& state : RunOnAll(MeetNodes{ids()})) {
    ExpectDone(state);
  }
  ExpectDone(Run(3, ResetEmptyNode{id(3)}));
  EXPECT_TRUE(Observe(3).view.self.alone);
  EXPECT_EQ(Observe(3).view.self.id, id(3)) << "a soft reset keeps the id";
}

TEST_F(StepsTest, CopiesTheFunctionsThatAreMissing) {
  StartNodes(2);
  const std::string library =
      "#!lua name=mylib\nredis.register_function('f', function() return 1 end)";
  Command(0, {"FUNCTION", "LOAD", library});
  EXPECT_NE(Observe(0).view.functions_digest, Observe(1).view.functions_digest);
  ExpectDone(Run(1, CopyFunctions{id(0), id(1)}));
  ExpectDone(Run(1, CopyFunctions{id(0), id(1)}));
  EXPECT_EQ(Observe(0).view.functions_digest, Observe(1).view.functions_digest);
  EXPECT_NE(Observe(0).view.functions_digest, "");
  Command(1, {"FUNCTION", "LOAD", "REPLACE", library + " "});
  ExpectRefused(Run(1, CopyFunctions{id(0), id(1)}), Refusal::kKeysDiffer);
}

TEST_F(StepsTest, ChangesSettings) {
  StartNodes(1);
  ExpectDone(
      Run(0, SetConfig{{id(0)}, {{"maxmemory", "100mb"}, {"maxmemory-policy", "allkeys-lru"}}}));
  EXPECT_EQ(Observe(0).config.at("maxmemory"), "104857600");
  const StepState state = Run(0, SetConfig{{id(0)}, {{"no-such-setting", "1"}}});
  ExpectRefused(state, Refusal::kRedisError);
  EXPECT_THAT(state.text, HasSubstr("no-such-setting"));
}

class PlainControl : public StepControl {
 public:
  bool cancelled() const override { return false; }
  void Pause(absl::Duration duration) override { cancellation_.Pause(duration); }
  void Report(const StepProgress&) override {}

 private:
  StepCancellation cancellation_;
};

TEST_F(StepsTest, APrimaryThatEndsHandsOver) {
  StartNodes(4);
  Form(3);
  PlainControl control;
  const auto hand_over = [&](int i) {
    return HandOver(managed(i)->instance(), *connector_, SystemClock(), control, absl::Seconds(10));
  };
  EXPECT_THAT(hand_over(3), IsOkAndHolds("nothing to hand over"));
  // The other primaries may hear later than node 0 that node 3 is its replica, and deny their vote.
  EXPECT_TRUE(Await(absl::Seconds(20), [&] { return hand_over(0).ok(); }));
  EXPECT_EQ(Observe(0).view.self.role, Role::kReplica);
  EXPECT_EQ(Observe(3).view.self.slots, SlotsOfPart(0, 3));
  EXPECT_THAT(hand_over(1), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(StepsTest, MigrationRunsThroughTheSameDoor) {
  StartNodes(2);
  Form(1);
  EXPECT_EQ(Observe(1).view.self.role, Role::kReplica);
  ExpectRefused(Run(1, MigrateSlots{id(0), id(1), SlotsOfPart(0, 4)}), Refusal::kNodeChanged);
}

}  // namespace
}  // namespace redisop
