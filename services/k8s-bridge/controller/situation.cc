#include "services/k8s-bridge/controller/situation.h"

#include <fmt/format.h>

namespace redisop {
namespace {

// Refusals of a moment are not worth a condition.
constexpr absl::Duration kRefusalShown = absl::Seconds(2);

PlanProgress ProgressOf(const Pass& pass, const PlanExecution& execution) {
  PlanProgress progress{.digest = execution.plan().digest,
                        .summary = execution.plan().summary,
                        .steps = static_cast<int>(execution.runs().size()),
                        .steps_done = execution.StepsDone(),
                        .seconds_left = execution.SecondsLeft(),
                        .running = true,
                        .blocked = execution.plan().blocked};
  const bool stalled = pass.memory.stalled_since.has_value() &&
                       pass.context.clock.Monotonic() - *pass.memory.stalled_since > kRefusalShown;
  for (const RefusedStep& refused : pass.refused) {
    if (stalled) {
      progress.blocked.push_back(
          {.code = refused.refusal.code,
           .text = fmt::format("{}: {}", Describe(refused.step.kind), refused.refusal.text)});
    }
  }
  return progress;
}

PlanProgress ProgressOf(const Pass& pass, const Plan& plan) {
  PlanProgress progress{.digest = plan.digest,
                        .summary = plan.summary,
                        .steps = static_cast<int>(plan.steps.size()),
                        .blocked = plan.blocked};
  for (const Step& step : plan.steps) {
    progress.seconds_left += step.estimated_seconds;
  }
  progress.waiting_for_approval = pass.cluster->spec.manual_approval && !plan.steps.empty();
  return progress;
}

StepReport ReportOf(const StepRun& run) {
  StepReport report{.step = run.step};
  switch (run.status) {
    case StepStatus::kWaiting:
      report.state = "waiting";
      break;
    case StepStatus::kRunning:
      report.state = "running";
      break;
    case StepStatus::kDone:
      report.state = "done";
      break;
    case StepStatus::kFailed:
      report.state = "failed";
      break;
  }
  for (const auto& [id, agent] : run.reports) {
    if (report.agent.id.empty() || agent.state == AgentStep::State::kRunning) {
      report.agent = agent;
    }
  }
  return report;
}

}  // namespace

Situation SituationOf(const Pass& pass) {
  Situation now;
  now.generation = pass.cluster->meta.generation;
  now.invalid = pass.invalid;
  now.paused = pass.cluster->spec.paused;
  now.observed = pass.observed;
  now.spec = PlannerSpecOf(*pass.cluster);
  now.snapshot = pass.snapshot;
  now.snapshot.formed = pass.memory.formed;
  now.claims = pass.claims;
  now.planned = pass.planned;
  now.problem = pass.problem.empty() ? pass.memory.last_failure : pass.problem;
  if (pass.memory.execution != nullptr) {
    now.plan = ProgressOf(pass, *pass.memory.execution);
  } else if (pass.plan.has_value() && (!pass.plan->steps.empty() || !pass.plan->blocked.empty())) {
    now.plan = ProgressOf(pass, *pass.plan);
  }
  return now;
}

ClusterReport ReportOf(const Pass& pass, const std::vector<Condition>& conditions) {
  ClusterReport report{.namespace_name = pass.cluster->meta.namespace_name,
                       .name = pass.cluster->meta.name,
                       .uid = pass.cluster->meta.uid,
                       .observed = pass.observed,
                       .snapshot = pass.snapshot,
                       .observed_at = pass.context.clock.Monotonic(),
                       .spec = PlannerSpecOf(*pass.cluster),
                       .policy = PlannerPolicyOf(*pass.cluster)};
  if (const Condition* ready = FindCondition(conditions, "Ready")) {
    report.ready = ready->status;
    report.message = ready->message;
  }
  if (pass.memory.execution != nullptr) {
    report.plan_digest = pass.memory.execution->plan().digest;
    report.seconds_left = pass.memory.execution->SecondsLeft();
    for (const StepRun& run : pass.memory.execution->runs()) {
      report.steps.push_back(ReportOf(run));
    }
  }
  return report;
}

}  // namespace redisop
