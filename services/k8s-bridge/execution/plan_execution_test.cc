#include "services/k8s-bridge/execution/plan_execution.h"

#include <gmock/gmock.h>

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Execution : public ::testing::Test {
 protected:
  Execution() {
    for (const char* id : {"a", "b", "c"}) {
      snapshot_.nodes.push_back(
          {.id = id, .pod = std::string("p-") + id, .pod_uid = std::string("u-") + id});
      steps_[std::string("u-") + id] = {};
    }
  }

  PlanExecution Make(std::vector<Step> steps) {
    Plan plan;
    plan.digest = "sha256:0";
    plan.steps = std::move(steps);
    return PlanExecution(std::move(plan), 1, "run", absl::ZeroDuration());
  }
  static std::vector<std::string> Ids(const std::vector<const StepRun*>& runs) {
    std::vector<std::string> ids;
    for (const StepRun* run : runs) {
      ids.push_back(run->step.id);
    }
    return ids;
  }
  void Start(PlanExecution& execution, const std::string& id, const StepKind& kind) {
    const StepKind resolved = *ResolveNodes(kind, snapshot_);
    execution.Started(id, resolved, TargetsOf(resolved, snapshot_), now_);
  }
  // The agent of a node says how a step stands.
  void Says(const PlanExecution& execution, const std::string& node, const std::string& step,
            AgentStep::State state, const std::string& refusal = "") {
    AgentStep report;
    report.id = execution.AgentStepId(step, {"u-" + node, node});
    report.state = state;
    report.refusal = refusal;
    report.text = "text";
    report.seconds_left = 3;
    std::erase_if(steps_["u-" + node], [&](const AgentStep& s) { return s.id == report.id; });
    steps_["u-" + node].push_back(report);
  }
  std::vector<std::string> Learn(PlanExecution& execution) {
    return Ids(execution.Learn({.snapshot = snapshot_, .steps = steps_, .now = now_}));
  }

  ClusterSnapshot snapshot_;
  std::map<std::string, std::vector<AgentStep>> steps_;
  absl::Duration now_;
};

const StepKind kAssign = AssignSlots{"a", SlotSet(SlotRange{0, 1})};
const StepKind kMigrate = MigrateSlots{"a", "b", SlotSet(SlotRange{0, 1})};
const StepKind kMeet = MeetNodes{{"a", "b"}};

TEST_F(Execution, StepsWaitForThoseTheyDependOn) {
  PlanExecution execution =
      Make({{.id = "s1", .kind = kAssign}, {.id = "s2", .kind = kMigrate, .depends_on = {"s1"}}});
  EXPECT_THAT(Ids(execution.Ready()), ElementsAre("s1"));
  Start(execution, "s1", kAssign);
  EXPECT_THAT(Ids(execution.Ready()), IsEmpty());
  Says(execution, "a", "s1", AgentStep::State::kRunning);
  EXPECT_THAT(Learn(execution), IsEmpty());
  Says(execution, "a", "s1", AgentStep::State::kDone);
  EXPECT_THAT(Learn(execution), ElementsAre("s1"));
  EXPECT_THAT(Ids(execution.Ready()), ElementsAre("s2"));
  EXPECT_EQ(execution.StepsDone(), 1);
  EXPECT_FALSE(execution.Over());
}

TEST_F(Execution, AFanOutIsDoneWhenAllAre) {
  PlanExecution execution = Make({{.id = "s1", .kind = kMeet}});
  Start(execution, "s1", kMeet);
  Says(execution, "a", "s1", AgentStep::State::kDone);
  Says(execution, "b", "s1", AgentStep::State::kRunning);
  EXPECT_THAT(Learn(execution), IsEmpty());
  Says(execution, "b", "s1", AgentStep::State::kDone);
  EXPECT_THAT(Learn(execution), ElementsAre("s1"));
  EXPECT_TRUE(execution.Finished());
}

TEST_F(Execution, AFailureLetsRunningStepsEndAndStartsNothing) {
  PlanExecution execution = Make(
      {{.id = "s1", .kind = kAssign}, {.id = "s2", .kind = kMeet}, {.id = "s3", .kind = kAssign}});
  Start(execution, "s1", kAssign);
  Start(execution, "s2", kMeet);
  Says(execution, "a", "s1", AgentStep::State::kFailed, "STATE_CHANGED");
  Says(execution, "a", "s2", AgentStep::State::kRunning);
  Says(execution, "b", "s2", AgentStep::State::kRunning);
  EXPECT_THAT(Learn(execution), ElementsAre("s1"));
  EXPECT_EQ(execution.runs()[0].failure, "STATE_CHANGED: text");
  EXPECT_THAT(Ids(execution.Ready()), IsEmpty());
  EXPECT_FALSE(execution.Over());
  Says(execution, "a", "s2", AgentStep::State::kDone);
  Says(execution, "b", "s2", AgentStep::State::kDone);
  Learn(execution);
  EXPECT_TRUE(execution.Over());
  EXPECT_FALSE(execution.Finished());
}

TEST_F(Execution, AnAgentThatWasRestartedHasLostItsStep) {
  PlanExecution execution = Make({{.id = "s1", .kind = kAssign}});
  Start(execution, "s1", kAssign);
  EXPECT_THAT(Learn(execution), ElementsAre("s1"));
  EXPECT_TRUE(execution.HasFailed());
}

TEST_F(Execution, ASilentAgentIsGivenTime) {
  PlanExecution execution = Make({{.id = "s1", .kind = kAssign}});
  Start(execution, "s1", kAssign);
  steps_.erase("u-a");
  now_ = absl::Seconds(14);
  EXPECT_THAT(Learn(execution), IsEmpty());
  now_ = absl::Seconds(16);
  EXPECT_THAT(Learn(execution), ElementsAre("s1"));
  EXPECT_TRUE(execution.HasFailed());
}

TEST_F(Execution, AStepEndsWithItsPod) {
  PlanExecution execution = Make({{.id = "s1", .kind = kAssign}});
  Start(execution, "s1", kAssign);
  steps_.erase("u-a");
  snapshot_.nodes.erase(snapshot_.nodes.begin());
  EXPECT_THAT(Learn(execution), ElementsAre("s1"));
}

TEST_F(Execution, WhoIsGoneHasForgotten) {
  PlanExecution execution = Make({{.id = "s1", .kind = ForgetNode{"c"}}});
  Start(execution, "s1", ForgetNode{"c"});
  Says(execution, "b", "s1", AgentStep::State::kDone);
  steps_.erase("u-a");
  EXPECT_THAT(Learn(execution), IsEmpty());
  snapshot_.nodes.erase(snapshot_.nodes.begin());
  EXPECT_THAT(Learn(execution), ElementsAre("s1"));
  EXPECT_TRUE(execution.Finished());
}

TEST_F(Execution, StopStartsNothingAndWaitsForWhatRuns) {
  PlanExecution execution = Make({{.id = "s1", .kind = kMigrate}, {.id = "s2", .kind = kAssign}});
  Start(execution, "s1", kMigrate);
  Says(execution, "a", "s1", AgentStep::State::kRunning);
  execution.Stop();
  EXPECT_THAT(Ids(execution.Ready()), IsEmpty());
  EXPECT_FALSE(execution.Over());
  Says(execution, "a", "s1", AgentStep::State::kFailed, "CANCELLED");
  Learn(execution);
  EXPECT_TRUE(execution.Over());
}

TEST_F(Execution, PodStepsAreSeenToBeDone) {
  const StepKind create = CreatePod{"p-d", "3", 0, ""};
  const StepKind remove = DeletePod{"p-a", "u-a", "a"};
  PlanExecution execution = Make({{.id = "s1", .kind = create}, {.id = "s2", .kind = remove}});
  Start(execution, "s1", create);
  Start(execution, "s2", remove);
  EXPECT_THAT(Learn(execution), IsEmpty());
  EXPECT_THAT(Ids(execution.RunningAtAgents()), IsEmpty());
  snapshot_.nodes.push_back({.id = "d", .pod = "p-d", .pod_uid = "u-d", .unobserved = true});
  EXPECT_THAT(Learn(execution), IsEmpty()) << "the node has not answered yet";
  snapshot_.nodes.back().unobserved = false;
  EXPECT_THAT(Learn(execution), ElementsAre("s1"));
  snapshot_.nodes.erase(snapshot_.nodes.begin());
  EXPECT_THAT(Learn(execution), ElementsAre("s2"));
}

TEST_F(Execution, TimeLeftFollowsTheLongestChain) {
  PlanExecution execution =
      Make({{.id = "s1", .kind = kMigrate, .estimated_seconds = 2},
            {.id = "s2", .kind = kAssign, .depends_on = {"s1"}, .estimated_seconds = 5},
            {.id = "s3", .kind = kAssign, .estimated_seconds = 6}});
  EXPECT_DOUBLE_EQ(execution.SecondsLeft(), 7);
  Start(execution, "s1", kMigrate);
  Says(execution, "a", "s1", AgentStep::State::kRunning);
  Learn(execution);
  EXPECT_DOUBLE_EQ(execution.SecondsLeft(), 8);
}

TEST_F(Execution, NodesAreNamedByPodUntilTheyHaveAnId) {
  const auto resolved = ResolveNodes(AttachReplica{"p-c", "a"}, snapshot_);
  ASSERT_TRUE(resolved.ok());
  EXPECT_EQ(std::get<AttachReplica>(*resolved).replica_id, "c");
  EXPECT_TRUE(absl::IsNotFound(ResolveNodes(AttachReplica{"p-x", "a"}, snapshot_).status()));
}

TEST_F(Execution, ForgettingIsDoneByAllOthersThatAnswerAndStay) {
  snapshot_.Find("b")->unobserved = true;
  EXPECT_THAT(TargetsOf(ForgetNode{"c"}, snapshot_), ElementsAre(StepTarget{"u-a", "a"}));
  snapshot_.Find("a")->leaving = true;
  EXPECT_THAT(TargetsOf(ForgetNode{"c"}, snapshot_), IsEmpty());
}

}  // namespace
}  // namespace redisop
