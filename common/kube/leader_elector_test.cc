#include "common/kube/leader_elector.h"

#include <nlohmann/json.hpp>
#include <string>

#include "common/base/random.h"
#include "common/kube/api_error.h"
#include "common/testing/fake_clock.h"
#include "common/testing/fake_kube_api.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace redisop {
namespace {

class ZeroRandom final : public Random {
 public:
  uint64_t Next() override { return 0; }
};

class LeaderElectorTest : public ::testing::Test {
 protected:
  LeaderElectorOptions Options(std::string identity) {
    return {.namespace_name = "ns", .lease_name = "lease", .identity = std::move(identity)};
  }

  // Calls whatever is due on both candidates until `duration` is over.
  void Run(absl::Duration duration, bool step_one, bool step_two) {
    for (absl::Duration at; at < duration; at += absl::Seconds(1)) {
      clock_.Advance(absl::Seconds(1));
      if (step_one) one_.Step();
      if (step_two) two_.Step();
      ASSERT_FALSE(one_.IsLeader() && two_.IsLeader());
    }
  }

  void FailWrites(absl::Status status, bool after_commit) {
    api_.SetFault([=](const FakeKubeCall& call) {
      const bool write = call.verb == "create" || call.verb == "patch";
      return write && call.committed == after_commit ? status : absl::OkStatus();
    });
  }

  FakeClock clock_;
  ZeroRandom random_;
  FakeKubeApi api_{clock_};
  LeaderElector one_{api_, clock_, random_, Options("one")};
  LeaderElector two_{api_, clock_, random_, Options("two")};
};

TEST_F(LeaderElectorTest, TheFirstLeadsAndKeepsTheLeaseWhileItRenews) {
  one_.Step();
  two_.Step();
  Run(absl::Minutes(2), true, true);
  EXPECT_TRUE(one_.IsLeader());
  EXPECT_EQ(one_.FencingToken(), 0);
  EXPECT_EQ(two_.FencingToken(), std::nullopt);
  EXPECT_EQ(two_.Holder(), "one");
}

TEST_F(LeaderElectorTest, ALeaderThatCannotRenewStopsBeforeAnotherMayStart) {
  one_.Step();
  two_.Step();
  Run(absl::Seconds(9), false, true);
  EXPECT_TRUE(one_.IsLeader());
  Run(absl::Seconds(2), false, true);
  EXPECT_FALSE(one_.IsLeader());
  EXPECT_FALSE(two_.IsLeader());
  Run(absl::Seconds(5), false, true);
  EXPECT_TRUE(two_.IsLeader());
  EXPECT_EQ(two_.FencingToken(), 1);
  one_.Step();
  EXPECT_FALSE(one_.IsLeader());
  EXPECT_EQ(one_.Holder(), "two");
}

TEST_F(LeaderElectorTest, ACandidateWaitsAFullLeaseOfItsOwnTimeWhateverTheRecordSays) {
  one_.Step();
  clock_.Advance(absl::Hours(1));
  two_.Step();
  EXPECT_FALSE(two_.IsLeader());
  Run(absl::Seconds(14), false, true);
  EXPECT_FALSE(two_.IsLeader());
  Run(absl::Seconds(1), false, true);
  EXPECT_TRUE(two_.IsLeader());
}

TEST_F(LeaderElectorTest, AJumpOfTheWallClockChangesNothing) {
  one_.Step();
  clock_.SetNow(clock_.Now() + absl::Hours(10));
  two_.Step();
  EXPECT_TRUE(one_.IsLeader());
  EXPECT_FALSE(two_.IsLeader());
}

TEST_F(LeaderElectorTest, ReleaseHandsOverAtOnceWithAHigherToken) {
  one_.Step();
  two_.Step();
  EXPECT_THAT(one_.Release(), IsOk());
  EXPECT_FALSE(one_.IsLeader());
  two_.Step();
  EXPECT_TRUE(two_.IsLeader());
  EXPECT_EQ(two_.FencingToken(), 1);
}

TEST_F(LeaderElectorTest, APredecessorInTheSamePlaceIsReplacedAtOnceWithAHigherToken) {
  LeaderElector killed(api_, clock_, random_, Options("pod_uid_1"));
  killed.Step();
  ASSERT_EQ(killed.FencingToken(), 0);
  LeaderElectorOptions options = Options("pod_uid_2");
  options.predecessors = "pod_uid_";
  LeaderElector restarted(api_, clock_, random_, options);
  restarted.Step();
  EXPECT_EQ(restarted.FencingToken(), 1);
  two_.Step();
  EXPECT_FALSE(two_.IsLeader());
}

TEST_F(LeaderElectorTest, ALostAnswerIsFoundOutByReading) {
  FailWrites(absl::DeadlineExceededError("lost"), /*after_commit=*/true);
  one_.Step();
  EXPECT_FALSE(one_.IsLeader());
  EXPECT_THAT(one_.LastError(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  api_.SetFault(nullptr);
  one_.Step();
  EXPECT_TRUE(one_.IsLeader());
  FailWrites(absl::DeadlineExceededError("lost"), /*after_commit=*/true);
  clock_.Advance(absl::Seconds(2));
  one_.Step();
  EXPECT_TRUE(one_.IsLeader());
  api_.SetFault(nullptr);
  clock_.Advance(absl::Seconds(7));
  one_.Step();
  clock_.Advance(absl::Seconds(9));
  EXPECT_TRUE(one_.IsLeader());
}

TEST_F(LeaderElectorTest, TwoCandidatesForAReleasedLeaseGiveOneLeader) {
  one_.Step();
  two_.Step();
  ASSERT_THAT(one_.Release(), IsOk());
  LeaderElector three(api_, clock_, random_, Options("three"));
  bool raced = false;
  api_.SetFault([&](const FakeKubeCall& call) {
    if (call.verb == "patch" && !call.committed && !raced) {
      raced = true;
      three.Step();
    }
    return absl::OkStatus();
  });
  two_.Step();
  EXPECT_TRUE(raced);
  EXPECT_TRUE(three.IsLeader());
  EXPECT_FALSE(two_.IsLeader());
  EXPECT_THAT(two_.LastError(), IsOk());
}

TEST_F(LeaderElectorTest, ADeletedLeaseDoesNotTakeTheTokenBack) {
  one_.Step();
  one_.RaiseFencingToken(41);
  clock_.Advance(absl::Seconds(2));
  one_.Step();
  EXPECT_EQ(one_.FencingToken(), 42);
  ASSERT_THAT(api_.Delete(Named(kLeases, "ns", "lease"), {}, absl::Seconds(1)), IsOk());
  clock_.Advance(absl::Seconds(2));
  one_.Step();
  EXPECT_TRUE(one_.IsLeader());
  EXPECT_GE(one_.FencingToken().value_or(0), 42);
}

TEST_F(LeaderElectorTest, ForeignMetadataOfTheLeaseSurvivesRenewal) {
  one_.Step();
  ASSERT_THAT(api_.Patch(Named(kLeases, "ns", "lease"), R"({"metadata":{"labels":{"a":"b"}}})", {},
                         absl::Seconds(1)),
              IsOk());
  clock_.Advance(absl::Seconds(2));
  one_.Step();
  ASSERT_OK_AND_ASSIGN(KubeObject lease, api_.Get(Named(kLeases, "ns", "lease"), absl::Seconds(1)));
  EXPECT_EQ(lease.meta.labels.at("a"), "b");
  EXPECT_TRUE(one_.IsLeader());
}

}  // namespace
}  // namespace redisop
