#include "services/k8s-bridge/status/conditions.h"

#include <gmock/gmock.h>

#include "services/k8s-bridge/status/status_json.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;

const absl::Time kT0 = absl::FromUnixSeconds(1000);
const absl::Time kT1 = absl::FromUnixSeconds(2000);

// One shard of a primary and a replica, as declared.
Situation Well() {
  Situation now;
  now.generation = 4;
  now.observed = true;
  now.planned = true;
  now.spec.number_of_primaries = 1;
  now.spec.replication_factor = 1;
  now.snapshot.formed = true;
  now.snapshot.nodes = {
      {.id = "a", .slots = SlotSet::All(), .pod = "c-0-0", .shard = "0"},
      {.id = "b", .role = Role::kReplica, .primary_id = "a", .pod = "c-0-1", .shard = "0"}};
  now.claims["a"] = SlotSet::All();
  return now;
}

Condition Get(const Situation& now, const std::string& type) {
  return *FindCondition(ComputeConditions(now, {}, kT0), type);
}

std::string ReadyReason(const Situation& now) {
  const Condition ready = Get(now, "Ready");
  return ready.status + " " + ready.reason;
}

TEST(Conditions, ReadyWhenAllIsAsDeclared) {
  EXPECT_EQ(ReadyReason(Well()), "True Ready");
  EXPECT_EQ(Get(Well(), "Degraded").status, "False");
  EXPECT_EQ(Get(Well(), "Progressing").status, "False");
  EXPECT_EQ(Get(Well(), "PlanBlocked").status, "False");
}

TEST(Conditions, NotReadyWhileAnythingIsAmiss) {
  Situation now = Well();
  now.snapshot.nodes[0].slots.Remove(7);
  EXPECT_EQ(ReadyReason(now), "False SlotsUncovered");
  now = Well();
  now.snapshot.nodes[0].state_fail = true;
  EXPECT_EQ(ReadyReason(now), "False SlotsUncovered");
  now = Well();
  now.snapshot.nodes[1].link = Link::kSyncing;
  EXPECT_EQ(Get(now, "Ready").status, "False");
  EXPECT_EQ(Get(now, "ReplicationHealthy").reason, "ReplicasNotInSync");
  now = Well();
  now.claims["b"].Add(3);
  EXPECT_EQ(ReadyReason(now), "False ViewsDiffer");
  now = Well();
  now.snapshot.nodes[0].unknown_ids = {"b"};
  EXPECT_EQ(ReadyReason(now), "False ViewsDiffer");
  now = Well();
  now.snapshot.nodes[0].open_slots.push_back({3, OpenSlot::Direction::kMigrating, "b"});
  EXPECT_EQ(ReadyReason(now), "False SlotsOpen");
  now = Well();
  now.spec.number_of_primaries = 2;
  EXPECT_EQ(ReadyReason(now), "False Scaling");
  now = Well();
  now.snapshot.nodes.push_back({.id = "x", .pod = "c-1-0"});
  EXPECT_EQ(ReadyReason(now), "False Scaling") << "a node too many";
}

TEST(Conditions, NotReadyWhileAStepIsWanted) {
  Situation now = Well();
  now.plan = PlanProgress{.summary = "move", .steps = 2, .running = true};
  EXPECT_EQ(ReadyReason(now), "False PlanRunning");
  EXPECT_EQ(Get(now, "Progressing").status, "True");
  now.plan = PlanProgress{.blocked = {{.code = BlockedCode::kNoSafeTarget, .text = "why"}}};
  EXPECT_EQ(ReadyReason(now), "False PlanBlocked");
  EXPECT_EQ(Get(now, "PlanBlocked").reason, "NoSafeTarget");
}

TEST(Conditions, WaitingIsNoObstacleWhileAPlanRuns) {
  Situation now = Well();
  now.plan = PlanProgress{
      .steps = 1, .running = true, .blocked = {{.code = BlockedCode::kMustWait, .text = "t"}}};
  EXPECT_EQ(Get(now, "PlanBlocked").status, "False");
}

TEST(Conditions, ApprovalIsAskedForByDigest) {
  Situation now = Well();
  now.plan = PlanProgress{.digest = "sha256:1", .steps = 1, .waiting_for_approval = true};
  EXPECT_EQ(Get(now, "PlanBlocked").reason, "AwaitingApproval");
  EXPECT_THAT(Get(now, "PlanBlocked").message, HasSubstr("approved-plan=sha256:1"));
}

TEST(Conditions, UnknownWhenNothingWasSeenOrPlanned) {
  Situation now = Well();
  now.observed = false;
  EXPECT_EQ(ReadyReason(now), "Unknown NotObserved");
  EXPECT_EQ(Get(now, "SlotsCovered").status, "Unknown");
  now = Well();
  now.planned = false;
  EXPECT_EQ(ReadyReason(now), "Unknown NotPlanned");
}

TEST(Conditions, AnInvalidSpecIsSaid) {
  Situation now;
  now.invalid = "spec.x: wrong";
  EXPECT_EQ(ReadyReason(now), "False InvalidSpec");
}

TEST(Conditions, TransitionTimeStaysWithTheStatus) {
  const std::vector<Condition> before = ComputeConditions(Well(), {}, kT0);
  Situation now = Well();
  now.snapshot.nodes[1].link = Link::kDown;
  const std::vector<Condition> after = ComputeConditions(now, before, kT1);
  EXPECT_EQ(FindCondition(after, "Ready")->last_transition, kT1);
  EXPECT_EQ(FindCondition(after, "SlotsCovered")->last_transition, kT0);
}

std::string Render(const Situation& now) {
  return RenderStatus(now, ComputeConditions(now, {}, kT0), "uid", "l=c");
}

TEST(StatusJson, ConditionsAreReadBack) {
  const std::vector<Condition> conditions = ComputeConditions(Well(), {}, kT0);
  EXPECT_EQ(ReadConditions(RenderStatus(Well(), conditions, "uid", "l=c")), conditions);
}

TEST(StatusJson, ShowsMembersAndColumns) {
  const std::string json = Render(Well());
  EXPECT_THAT(json, HasSubstr(R"("primaries":"1/1")"));
  EXPECT_THAT(json, HasSubstr(R"("replicas":"1/1")"));
  EXPECT_THAT(json, HasSubstr(R"("slots":"0-16383")"));
  EXPECT_THAT(json, HasSubstr(R"("role":"Replica")"));
  EXPECT_THAT(json, HasSubstr(R"("selector":"l=c")"));
}

TEST(WriteDelay, NothingNewIsNotWritten) {
  EXPECT_EQ(WriteDelay(Render(Well()), Render(Well()), absl::Seconds(99), absl::Seconds(1)),
            absl::InfiniteDuration());
  Situation now = Well();
  now.snapshot.nodes[0].keys = 5;
  now.snapshot.nodes[0].used_memory_bytes = 5;
  now.snapshot.nodes[1].lag_bytes = 5;
  EXPECT_EQ(WriteDelay(Render(Well()), Render(now), absl::Seconds(99), absl::Seconds(1)),
            absl::InfiniteDuration());
}

TEST(WriteDelay, ProgressAtMostOnceASecondTheRestAtOnce) {
  Situation now = Well();
  now.plan = PlanProgress{.steps = 5, .steps_done = 1, .running = true};
  Situation later = now;
  later.plan->steps_done = 2;
  EXPECT_EQ(WriteDelay(Render(now), Render(later), absl::Milliseconds(300), absl::Seconds(1)),
            absl::Milliseconds(700));
  EXPECT_EQ(WriteDelay(Render(Well()), Render(now), absl::Milliseconds(300), absl::Seconds(1)),
            absl::ZeroDuration());
  EXPECT_EQ(WriteDelay("{}", Render(now), absl::ZeroDuration(), absl::Seconds(1)),
            absl::ZeroDuration());
}

}  // namespace
}  // namespace redisop
