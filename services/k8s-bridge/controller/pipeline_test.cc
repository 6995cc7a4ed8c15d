// The pipeline against an API server in memory, agents that are simulated nodes, and canned plans.

#include "services/k8s-bridge/controller/pipeline.h"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>

#include "common/base/random.h"
#include "common/base/status.h"
#include "common/testing/fake_clock.h"
#include "common/testing/fake_kube_api.h"
#include "common/testing/status_matchers.h"
#include "nlohmann/json.hpp"
#include "services/k8s-bridge/status/status_json.h"

namespace redisop {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::Duration kTimeout = absl::Seconds(1);

// Nodes that carry out what they are told at once, or when the test says so.
class FakeAgents : public AgentApi {
 public:
  struct Agent {
    Node node;
    std::vector<AgentStep> steps;
    bool answers = true;
  };

  std::vector<absl::StatusOr<NodeObservation>> Observe(const std::vector<AgentAddress>& agents,
                                                       absl::Duration) override {
    std::vector<absl::StatusOr<NodeObservation>> results;
    for (const AgentAddress& address : agents) {
      auto at = by_uid.find(address.pod_uid);
      if (at == by_uid.end() || !at->second.answers) {
        results.push_back(MakeStatus(absl::StatusCode::kUnavailable, "no"));
        continue;
      }
      NodeObservation seen;
      seen.pod_uid = address.pod_uid;
      seen.cluster_uid = cluster_uid;
      seen.answers = true;
      seen.view.self = at->second.node;
      for (const auto& [uid, other] : by_uid) {
        if (met && uid != address.pod_uid) {
          Node peer = other.node;
          peer.open_slots.clear();
          seen.view.peers.push_back(peer);
        }
      }
      seen.view.self.alone = !met;
      seen.steps = at->second.steps;
      results.push_back(seen);
    }
    return results;
  }

  std::vector<absl::StatusOr<AgentStep>> StartSteps(const std::vector<StartRequest>& requests,
                                                    absl::Duration) override {
    std::vector<absl::StatusOr<AgentStep>> results;
    for (const StartRequest& request : requests) {
      started.push_back(request);
      AgentStep step;
      step.id = request.step_id;
      step.step = request.step;
      if (!hold) {
        Do(request.step.kind);
        step.state = fail.empty() ? AgentStep::State::kDone : AgentStep::State::kFailed;
        step.refusal = fail;
      }
      by_uid[request.agent.pod_uid].steps.push_back(step);
      results.push_back(step);
    }
    return results;
  }

  std::vector<absl::Status> CancelSteps(const std::vector<CancelRequest>& requests,
                                        absl::Duration) override {
    for (const CancelRequest& request : requests) {
      cancelled.push_back(request.step_id);
    }
    return std::vector<absl::Status>(requests.size());
  }
  void NotifyWhenEnded(const AgentAddress&, const std::string&, absl::Duration,
                       std::function<void()>) override {}
  std::unique_ptr<NodeWatch> WatchNode(const AgentAddress&, absl::Duration,
                                       std::function<void(const std::string&)>,
                                       std::function<void(absl::Status)>) override {
    return std::make_unique<NodeWatch>();
  }

  // Ends every step that runs.
  void EndAll(AgentStep::State state) {
    for (auto& [uid, agent] : by_uid) {
      for (AgentStep& step : agent.steps) {
        step.state = state;
      }
    }
  }

  void Do(const StepKind& kind) {
    if (std::holds_alternative<MeetNodes>(kind)) {
      met = true;
    }
    for (auto& [uid, agent] : by_uid) {
      if (const auto* step = std::get_if<AssignSlots>(&kind);
          step && agent.node.id == step->node_id) {
        agent.node.slots.Add(step->slots);
      }
    }
  }

  std::map<std::string, Agent> by_uid;
  std::string cluster_uid;
  bool met = false;
  bool hold = false;
  std::string fail;
  std::vector<StartRequest> started;
  std::vector<std::string> cancelled;
};

class FakePlanner : public PlannerApi {
 public:
  absl::StatusOr<PlannerAnswer> ComputePlan(const ClusterSpec&, const ClusterSnapshot& snapshot,
                                            const Policy&, absl::Duration) override {
    ++calls;
    last = snapshot;
    if (!status.ok()) {
      return status;
    }
    return PlannerAnswer{plan, ""};
  }
  Plan plan;
  absl::Status status;
  ClusterSnapshot last;
  int calls = 0;
};

Plan MakePlan(const std::string& digest, std::vector<StepKind> kinds) {
  Plan plan{.digest = digest, .summary = "do " + digest};
  for (size_t i = 0; i < kinds.size(); ++i) {
    plan.steps.push_back({.id = "s" + std::to_string(i), .kind = kinds[i]});
    if (i > 0) {
      plan.steps.back().depends_on = {"s" + std::to_string(i - 1)};
    }
  }
  return plan;
}

class PipelineTest : public ::testing::Test {
 protected:
  PipelineTest() { PutCluster(R"({"numberOfPrimaries":1,"replicationFactor":0})"); }

  void PutCluster(const std::string& spec) {
    const std::string json = R"({"apiVersion":"redisoperator.io/v1alpha1","kind":"RedisCluster",)"
                             R"("metadata":{"name":"c","namespace":"ns"},"spec":)" +
                             spec + "}";
    ASSERT_OK(kube_.Create(Collection(kRedisClusters, "ns"), json, kTimeout));
    agents_.cluster_uid = Cluster().meta.uid;
  }
  KubeObject Cluster() { return *kube_.Get(Named(kRedisClusters, "ns", "c"), kTimeout); }
  void PatchCluster(const std::string& patch) {
    ASSERT_OK(kube_.Patch(Named(kRedisClusters, "ns", "c"), patch, {}, kTimeout));
  }
  nlohmann::json Status() { return nlohmann::json::parse(Cluster().json)["status"]; }
  std::string ConditionOf(const std::string& type) {
    const Condition* condition = nullptr;
    const std::vector<Condition> all = ReadConditions(Status().dump());
    condition = FindCondition(all, type);
    return condition == nullptr ? "" : condition->status + " " + condition->reason;
  }
  std::vector<KubeObjectPtr> ListOf(const ResourceType& type) {
    return kube_.List(Collection(type, "ns"), {}, kTimeout)->items;
  }
  std::vector<std::string> Pods() {
    std::vector<std::string> names;
    for (const KubeObjectPtr& pod : ListOf(kPods)) {
      names.push_back(pod->meta.name);
    }
    return names;
  }
  std::vector<std::string> EventReasons() {
    event_recorder_.Step();
    std::vector<std::string> reasons;
    for (const KubeObjectPtr& event : ListOf(kEvents)) {
      reasons.push_back(nlohmann::json::parse(event->json)["reason"]);
    }
    return reasons;
  }

  absl::Duration RunPassNow() {
    informers_.Step();
    clock_.Advance(absl::Milliseconds(20));
    return RunPass(context_, "ns/c", memory_);
  }
  void RunPasses(int count) {
    for (int i = 0; i < count; ++i) {
      RunPassNow();
    }
  }

  // The kubelet's part: every pod without a node gets an address and one.
  void StartPods() {
    for (const KubeObjectPtr& pod : ListOf(kPods)) {
      if (agents_.by_uid.contains(pod->meta.uid)) {
        continue;
      }
      ASSERT_OK(kube_.Patch(Named(kPods, "ns", pod->meta.name, "status"),
                            R"({"status":{"phase":"Running","podIP":"10.0.0.1"}})", {}, kTimeout));
      agents_.by_uid[pod->meta.uid].node.id = "id-" + pod->meta.name;
      agents_.by_uid[pod->meta.uid].node.address = "10.0.0.1:6379@16379";
    }
  }

  // One primary with all slots, as the spec wishes.
  void Form() {
    planner_.plan = MakePlan(
        "sha256:form", {CreatePod{"c-0-0", "0", 0, ""}, AssignSlots{"c-0-0", SlotSet::All()}});
    RunPasses(1);
    StartPods();
    agents_.met = true;
    RunPasses(1);
    planner_.plan = Plan();
    RunPasses(2);
  }

  FakeClock clock_;
  FakeKubeApi kube_{clock_};
  FakeAgents agents_;
  FakePlanner planner_;
  Informers informers_{kube_, clock_, SystemRandom(), {}, [](const std::string&, bool) {}};
  EventRecorder event_recorder_{
      kube_, clock_, SystemRandom(), {.controller = "test", .instance = "test"}, [] {}};
  Metrics metrics_{"test_"};
  BridgeMetrics bridge_metrics_{metrics_};
  ClusterBoard board_;
  std::optional<int64_t> token_ = 3;
  BridgeContext context_{.kube = kube_,
                         .informers = informers_,
                         .agents = agents_,
                         .planner = planner_,
                         .clock = clock_,
                         .events = event_recorder_,
                         .metrics = bridge_metrics_,
                         .board = board_,
                         .pod_parts = {.agent_image = "agent:1"},
                         .fencing_token = [this] { return token_; },
                         .wake = [](const std::string&) {}};
  ClusterMemory memory_;
};

TEST(Pipeline, TheDocumentListsTheSameStages) {
  std::ifstream file("../../docs/architecture.md");
  ASSERT_TRUE(file.is_open());
  std::vector<std::string> listed;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, match, std::regex(R"(\d+\. `(\w+)`)"))) {
      listed.push_back(match[1]);
    }
  }
  std::vector<std::string> stages;
  for (const Stage& stage : kPipeline) {
    stages.emplace_back(stage.name);
  }
  EXPECT_EQ(listed, stages);
}

TEST_F(PipelineTest, FormsACluster) {
  Form();
  EXPECT_THAT(Pods(), ElementsAre("c-0-0"));
  EXPECT_EQ(ConditionOf("Ready"), "True Ready");
  EXPECT_EQ(Status()["formed"], true);
  const std::vector<std::string> events = EventReasons();
  EXPECT_THAT(events, Contains("Ready"));
  EXPECT_THAT(events, Not(Contains("ShardRecreated")));
  ASSERT_THAT(agents_.started, SizeIs(1));
  EXPECT_EQ(agents_.started[0].fence.token, 3);
  EXPECT_EQ(agents_.started[0].fence.node_id, "id-c-0-0");
  EXPECT_THAT(Cluster().meta.finalizers, ElementsAre(kProtectionFinalizer));
}

TEST_F(PipelineTest, AQuietClusterCausesNoWrites) {
  Form();
  RunPasses(2);
  EventReasons();
  int writes = 0;
  kube_.SetFault([&](const FakeKubeCall& call) {
    writes += call.verb != "get" && call.verb != "list" && call.verb != "watch" ? 1 : 0;
    return absl::OkStatus();
  });
  RunPasses(5);
  EXPECT_EQ(writes, 0);
  EXPECT_THAT(agents_.started, SizeIs(1));
}

TEST_F(PipelineTest, WhatSomebodyChangedIsRepaired) {
  Form();
  ASSERT_OK(kube_.Patch(Named(kServices, "ns", "c-client"),
                        R"({"spec":{"selector":{"app.kubernetes.io/component":"x"}}})", {},
                        kTimeout));
  RunPasses(2);
  EXPECT_THAT(kube_.Get(Named(kServices, "ns", "c-client"), kTimeout)->json,
              HasSubstr(R"("app.kubernetes.io/component":"server")"));
}

TEST_F(PipelineTest, WhilePausedNothingIsDone) {
  PatchCluster(R"({"spec":{"paused":true}})");
  planner_.plan = MakePlan("sha256:p", {CreatePod{"c-0-0", "0", 0, ""}});
  RunPasses(3);
  EXPECT_THAT(Pods(), IsEmpty());
  EXPECT_EQ(ConditionOf("Paused"), "True SpecPaused");
  EXPECT_EQ(Status()["plan"]["digest"], "sha256:p");
}

TEST_F(PipelineTest, AManualPlanWaitsForItsDigest) {
  PatchCluster(R"({"spec":{"planApproval":"Manual"}})");
  planner_.plan = MakePlan("sha256:p", {CreatePod{"c-0-0", "0", 0, ""}});
  RunPasses(2);
  EXPECT_THAT(Pods(), IsEmpty());
  EXPECT_EQ(ConditionOf("PlanBlocked"), "True AwaitingApproval");
  PatchCluster(R"({"metadata":{"annotations":{"redisoperator.io/approved-plan":"sha256:other"}}})");
  RunPasses(2);
  EXPECT_THAT(Pods(), IsEmpty());
  PatchCluster(R"({"metadata":{"annotations":{"redisoperator.io/approved-plan":"sha256:p"}}})");
  RunPasses(2);
  EXPECT_THAT(Pods(), ElementsAre("c-0-0"));
}

TEST_F(PipelineTest, AnInvalidSpecIsReportedAndNothingDone) {
  PatchCluster(R"({"spec":{"numberOfPrimaries":0}})");
  planner_.plan = MakePlan("sha256:p", {CreatePod{"c-0-0", "0", 0, ""}});
  RunPasses(2);
  EXPECT_EQ(ConditionOf("Ready"), "False InvalidSpec");
  EXPECT_THAT(Pods(), IsEmpty());
}

TEST_F(PipelineTest, WithoutTheLeaseNothingIsDone) {
  planner_.plan = MakePlan("sha256:p", {CreatePod{"c-0-0", "0", 0, ""}});
  token_.reset();
  RunPasses(2);
  EXPECT_THAT(Pods(), IsEmpty());
}

TEST_F(PipelineTest, AFailedStepLeadsToANewPlanAfterAWhile) {
  Form();
  agents_.started.clear();
  agents_.fail = "REDIS_ERROR";
  planner_.plan = MakePlan("sha256:set", {SetConfig{{"id-c-0-0"}, {{"a", "b"}}}});
  RunPasses(2);
  EXPECT_THAT(agents_.started, SizeIs(1));
  RunPasses(3);
  EXPECT_THAT(agents_.started, SizeIs(1)) << "backs off";
  EXPECT_EQ(ConditionOf("Degraded"), "True StageFailed");
  EXPECT_THAT(EventReasons(), Contains("StepFailed"));
  clock_.Advance(absl::Seconds(1));
  agents_.fail = "";
  RunPasses(1);
  ASSERT_THAT(agents_.started, SizeIs(2));
  EXPECT_NE(agents_.started[0].step_id, agents_.started[1].step_id);
}

TEST_F(PipelineTest, ANewSpecStopsThePlanThatRuns) {
  Form();
  agents_.hold = true;
  planner_.plan = MakePlan(
      "sha256:a", {SetConfig{{"id-c-0-0"}, {{"a", "1"}}}, SetConfig{{"id-c-0-0"}, {{"a", "2"}}}});
  RunPasses(2);
  PatchCluster(R"({"spec":{"migration":{"maxParallel":2}}})");
  planner_.plan = MakePlan("sha256:b", {SetConfig{{"id-c-0-0"}, {{"b", "1"}}}});
  const size_t before = agents_.started.size();
  RunPasses(3);
  EXPECT_THAT(agents_.started, SizeIs(before)) << "what runs ends first";
  agents_.EndAll(AgentStep::State::kDone);
  RunPasses(2);
  EXPECT_THAT(agents_.started.back().step_id, HasSubstr("sha256:b"));
}

TEST_F(PipelineTest, ARunningMigrationIsCancelledWhenTheSpecChanges) {
  Form();
  planner_.plan = MakePlan("sha256:g", {CreatePod{"c-1-0", "1", 0, ""}});
  RunPasses(1);
  StartPods();
  planner_.plan = Plan();
  RunPasses(1);
  agents_.hold = true;
  planner_.plan =
      MakePlan("sha256:m", {MigrateSlots{"id-c-0-0", "id-c-1-0", SlotSet(SlotRange{0, 10})}});
  RunPasses(2);
  EXPECT_THAT(agents_.cancelled, IsEmpty());
  PatchCluster(R"({"spec":{"migration":{"maxParallel":2}}})");
  RunPasses(1);
  EXPECT_THAT(agents_.cancelled, Contains(HasSubstr("sha256:m")));
}

TEST_F(PipelineTest, StepsOfABridgeBeforeThisOneEndBeforeANewPlan) {
  Form();
  AgentStep foreign{.id = "old/1/s1", .step = Step{.kind = SetConfig{}}};
  agents_.by_uid.begin()->second.steps.push_back(foreign);
  planner_.plan = MakePlan("sha256:x", {SetConfig{{"id-c-0-0"}, {{"a", "1"}}}});
  const size_t before = agents_.started.size();
  const int calls = planner_.calls;
  RunPasses(3);
  EXPECT_THAT(agents_.started, SizeIs(before));
  EXPECT_EQ(planner_.calls, calls);
  agents_.EndAll(AgentStep::State::kDone);
  RunPasses(1);
  EXPECT_THAT(agents_.started, SizeIs(before + 1));
}

// An agent that is silent may be carrying out what the bridge before this one told it.
TEST_F(PipelineTest, ABridgeThatTakesOverHearsOfAllAgentsBeforeItPlans) {
  Form();
  planner_.plan = MakePlan("sha256:g", {CreatePod{"c-1-0", "1", 0, ""}});
  RunPasses(1);
  StartPods();
  planner_.plan = Plan();
  RunPasses(2);
  FakeAgents::Agent& silent = agents_.by_uid.rbegin()->second;
  silent.answers = false;
  memory_ = ClusterMemory();
  const int calls = planner_.calls;
  RunPasses(3);
  EXPECT_EQ(planner_.calls, calls);
  silent.answers = true;
  RunPasses(1);
  EXPECT_EQ(planner_.calls, calls + 1);

  silent.answers = false;
  memory_ = ClusterMemory();
  RunPasses(1);
  clock_.Advance(absl::Seconds(16));
  RunPasses(1);
  EXPECT_EQ(planner_.calls, calls + 2) << "by then its steps count as dead";
}

TEST_F(PipelineTest, ARefusedStepIsNotStarted) {
  Form();
  const std::string uid = agents_.by_uid.begin()->first;
  planner_.plan = MakePlan("sha256:x", {DeletePod{"c-0-0", uid, "id-c-0-0"}});
  RunPasses(3);
  EXPECT_THAT(Pods(), ElementsAre("c-0-0"));
  clock_.Advance(absl::Seconds(3));
  RunPasses(1);
  EXPECT_EQ(ConditionOf("PlanBlocked"), "True WouldLoseLastCopy");
}

TEST_F(PipelineTest, NothingIsConcludedWhenNobodyAnswers) {
  Form();
  agents_.by_uid.begin()->second.answers = false;
  planner_.plan = MakePlan("sha256:x", {CreatePod{"c-1-0", "1", 0, ""}});
  const int calls = planner_.calls;
  RunPasses(2);
  EXPECT_EQ(planner_.calls, calls);
  EXPECT_EQ(ConditionOf("Ready"), "Unknown NotObserved");
  EXPECT_THAT(Status()["shards"], Not(IsEmpty())) << "what was seen last stays";
}

TEST_F(PipelineTest, APlannerThatIsAwayIsSaid) {
  Form();
  planner_.status = MakeStatus(absl::StatusCode::kUnavailable, "away");
  RunPasses(2);
  EXPECT_EQ(ConditionOf("Degraded"), "True StageFailed");
  EXPECT_EQ(ConditionOf("SlotsCovered"), "True AllSlotsServed");
}

TEST_F(PipelineTest, ADeletedClusterIsReleasedWhenNothingRuns) {
  Form();
  agents_.by_uid.begin()->second.steps.push_back({.id = "old", .step = Step{.kind = SetConfig{}}});
  ASSERT_OK(kube_.Delete(Named(kRedisClusters, "ns", "c"), {}, kTimeout));
  RunPasses(2);
  EXPECT_THAT(Cluster().meta.finalizers, SizeIs(1));
  agents_.EndAll(AgentStep::State::kDone);
  RunPasses(2);
  EXPECT_THAT(kube_.Get(Named(kRedisClusters, "ns", "c"), kTimeout),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(RunPassNow(), absl::InfiniteDuration());
  EXPECT_THAT(Pods(), ElementsAre("c-0-0")) << "the garbage collector's, or orphaned";
}

TEST_F(PipelineTest, AForeignPodIsNoMember) {
  Form();
  ASSERT_OK(kube_.Create(
      Collection(kPods, "ns"),
      R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","namespace":"ns","labels":{
          "redisoperator.io/cluster":"c","redisoperator.io/shard":"7","redisoperator.io/member":"0",
          "app.kubernetes.io/managed-by":"redis-operator"}},"spec":{}})",
      kTimeout));
  RunPasses(1);
  EXPECT_THAT(planner_.last.pods, IsEmpty());
}

TEST_F(PipelineTest, VolumesAreKeptUnlessTheyMayGo) {
  ASSERT_OK(kube_.Delete(Named(kRedisClusters, "ns", "c"), {}, kTimeout));
  RunPasses(1);
  PutCluster(R"({"numberOfPrimaries":1,"replicationFactor":0,"storage":{"size":"1Gi"}})");
  planner_.plan = MakePlan("sha256:p", {CreatePod{"c-0-0", "0", 0, ""}});
  RunPasses(2);
  const auto claim = kube_.Get(Named(kPersistentVolumeClaims, "ns", "data-c-0-0"), kTimeout);
  ASSERT_OK(claim);
  EXPECT_THAT(claim->meta.owners, IsEmpty());
}

}  // namespace
}  // namespace redisop
