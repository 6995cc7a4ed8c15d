// The plan: the one that runs, as long as it fits; otherwise a new one from the planner.

#include <fmt/format.h>

#include <algorithm>

#include "common/base/status.h"
#include "services/k8s-bridge/controller/execution_end.h"
#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/controller/stage.h"

namespace redisop {
namespace {

constexpr absl::Duration kPlannerTimeout = absl::Seconds(10);
constexpr absl::Duration kPlannerRetry = absl::Seconds(1);
// Steps that only wait for pods, or are refused, are reconsidered after this time: the world may
// want something else meanwhile.
constexpr absl::Duration kStalledMax = absl::Seconds(5);
// How long agents may be silent before whatever they were told by an earlier bridge counts as dead.
constexpr absl::Duration kUnheardMax = absl::Seconds(15);
constexpr absl::Duration kUnheardRetry = absl::Milliseconds(200);

bool RunsForThisSpec(const Pass& pass, const PlanExecution& execution) {
  return !pass.ReadOnly() && execution.generation() == pass.cluster->meta.generation;
}

bool Stalled(const Pass& pass, const PlanExecution& execution) {
  if (!execution.RunningAtAgents().empty()) {
    return false;
  }
  return pass.memory.stalled_since.has_value() &&
         pass.context.clock.Monotonic() - *pass.memory.stalled_since > kStalledMax;
}

// What the plan under way learns from this observation; ends it when it is over.
void FollowExecution(Pass& pass) {
  PlanExecution& execution = *pass.memory.execution;
  ExecutionFacts facts{.snapshot = pass.snapshot, .now = pass.context.clock.Monotonic()};
  for (const NodeObservation& seen : pass.observations) {
    facts.steps[seen.pod_uid] = seen.steps;
  }
  ReportStepEnds(pass, execution.Learn(facts));
  if (!RunsForThisSpec(pass, execution)) {
    execution.Stop();
  }
  if (execution.Over() || Stalled(pass, execution)) {
    EndExecution(pass);
  }
}

// Steps that a bridge before this one started, or a plan that was given up, and that still run.
void FindForeignSteps(Pass& pass) {
  for (const NodeObservation& seen : pass.observations) {
    for (const AgentStep& step : seen.steps) {
      if (step.state == AgentStep::State::kRunning && step.step.has_value()) {
        pass.foreign_steps.push_back(step.step->kind);
      }
    }
  }
}

// Whether all have been heard of who may carry out steps of an earlier bridge. A plan beside an
// unseen slot move could make its target give slots away again.
bool HeardOfAll(Pass& pass) {
  ClusterMemory& memory = pass.memory;
  const absl::Duration now = pass.context.clock.Monotonic();
  if (!memory.unheard.has_value()) {
    memory.unheard.emplace();
    memory.first_look = now;
    for (const auto& [pod_uid, agent] : pass.agents) {
      memory.unheard->insert(pod_uid);
    }
  }
  for (const NodeObservation& seen : pass.observations) {
    memory.unheard->erase(seen.pod_uid);
  }
  std::erase_if(*memory.unheard,
                [&](const std::string& uid) { return !pass.agents.contains(uid); });
  return memory.unheard->empty() || now - memory.first_look > kUnheardMax;
}

bool MayBegin(const Pass& pass, const Plan& plan) {
  if (pass.ReadOnly() || plan.steps.empty() ||
      pass.context.clock.Monotonic() < pass.memory.plan_not_before) {
    return false;
  }
  if (!pass.cluster->spec.manual_approval) {
    return true;
  }
  const auto& annotations = pass.cluster->meta.annotations;
  auto approved = annotations.find(std::string(kApprovedPlanAnnotation));
  return approved != annotations.end() && approved->second == plan.digest;
}

void Begin(Pass& pass, Plan plan) {
  const int64_t token = pass.context.fencing_token().value_or(0);
  const std::string run_id =
      fmt::format("{}/{}-{}", plan.digest.substr(0, 23), token, ++pass.memory.executions);
  pass.Event(EventType::kNormal, "PlanStarted", PlanAction(plan),
             fmt::format("{} (plan {})", plan.summary, plan.digest));
  pass.log.Info("Began plan",
                {{"plan", plan.digest}, {"steps", plan.steps.size()}, {"summary", plan.summary}});
  pass.memory.stalled_since.reset();
  pass.memory.formed_at_begin = pass.memory.formed;
  pass.memory.execution = std::make_unique<PlanExecution>(
      std::move(plan), pass.cluster->meta.generation, run_id, pass.context.clock.Monotonic());
  pass.plan.reset();
}

}  // namespace

StageResult ComputePlan(Pass& pass) {
  if (pass.memory.execution != nullptr) {
    FollowExecution(pass);
  }
  if (pass.memory.execution != nullptr) {
    pass.planned = true;
    return StageResult::Continue();
  }
  FindForeignSteps(pass);
  if (!HeardOfAll(pass)) {
    return StageResult::RequeueAfter(kUnheardRetry, "AgentsUnheard");
  }
  if (!pass.foreign_steps.empty() || pass.leaving) {
    return StageResult::Continue();
  }
  absl::StatusOr<PlannerAnswer> answer = pass.context.planner.ComputePlan(
      PlannerSpecOf(*pass.cluster), pass.snapshot, PlannerPolicyOf(*pass.cluster), kPlannerTimeout);
  if (!answer.ok()) {
    pass.Problem("Asking the planner", answer.status());
    return StageResult::RequeueAfter(kPlannerRetry, "NoPlan");
  }
  pass.planned = true;
  pass.plan = std::move(answer->plan);
  if (MayBegin(pass, *pass.plan)) {
    Begin(pass, *std::move(pass.plan));
  } else if (!pass.plan->steps.empty() && !pass.ReadOnly()) {
    pass.ComeBackAfter(pass.memory.plan_not_before - pass.context.clock.Monotonic());
  } else if (!pass.plan->blocked.empty()) {
    pass.ComeBackAfter(kPlannerRetry);
  }
  return StageResult::Continue();
}

}  // namespace redisop
