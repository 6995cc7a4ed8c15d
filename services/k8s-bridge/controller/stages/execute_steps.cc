// Starts what was admitted, stops what has to stop, and asks to be woken when something ends. Waits
// for nothing.

#include <fmt/format.h>

#include <algorithm>

#include "common/base/status.h"
#include "services/k8s-bridge/controller/await_ends.h"
#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/controller/pod_steps.h"
#include "services/k8s-bridge/controller/release.h"
#include "services/k8s-bridge/controller/stage.h"
#include "services/k8s-bridge/controller/step_requests.h"
#include "services/k8s-bridge/controller/view_watch.h"

namespace redisop {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(3);

void StartPodSteps(Pass& pass) {
  for (const AdmittedStep& step : pass.admitted) {
    if (!IsPodStep(step.resolved)) {
      continue;
    }
    const absl::Status status = RunPodStep(pass, step.resolved);
    if (status.ok()) {
      pass.memory.execution->Started(step.id, step.resolved, {}, pass.context.clock.Monotonic());
    } else if (status.code() == absl::StatusCode::kDeadlineExceeded ||
               status.code() == absl::StatusCode::kUnavailable) {
      pass.Problem(Describe(step.resolved), status);  // stays ready: tried again
      pass.ComeBackAfter(absl::Milliseconds(500));
    } else {
      pass.Problem(Describe(step.resolved), status);
      pass.memory.execution->Failed(step.id, MessageOf(status));
    }
  }
}

void StartAgentSteps(Pass& pass, int64_t token) {
  std::vector<StartRequest> requests;
  std::vector<std::string> step_ids;
  PlanExecution& execution = *pass.memory.execution;
  for (const AdmittedStep& step : pass.admitted) {
    if (IsPodStep(step.resolved)) {
      continue;
    }
    const std::vector<StepTarget> targets = TargetsOf(step.resolved, pass.snapshot);
    for (const StepTarget& target : targets) {
      requests.push_back(MakeStartRequest(pass, step, target, token));
      step_ids.push_back(step.id);
    }
    execution.Started(step.id, step.resolved, targets, pass.context.clock.Monotonic());
    pass.log.Info("Started step", {{"step", Describe(step.resolved)}});
  }
  const auto answers = pass.context.agents.StartSteps(requests, kCallTimeout);
  for (size_t i = 0; i < answers.size(); ++i) {
    const absl::StatusCode code = answers[i].status().code();
    // Without an answer it may run or not: the next observation tells.
    if (answers[i].ok() || code == absl::StatusCode::kDeadlineExceeded ||
        code == absl::StatusCode::kUnavailable) {
      continue;
    }
    pass.Problem(Describe(requests[i].step.kind), answers[i].status());
    execution.Failed(step_ids[i], MessageOf(answers[i].status()));
  }
}

// Slot moves end at their next window; everything else is short and ends by itself.
void CancelMigrations(Pass& pass, int64_t token) {
  std::vector<CancelRequest> requests;
  for (const StepRun* run : pass.memory.execution->RunningAtAgents()) {
    for (const StepTarget& target : run->targets) {
      auto agent = pass.agents.find(target.pod_uid);
      if (std::holds_alternative<MigrateSlots>(run->resolved) && agent != pass.agents.end()) {
        requests.push_back(
            {agent->second,
             pass.memory.execution->AgentStepId(run->step.id, target),
             {.token = token, .cluster_uid = pass.cluster->meta.uid, .node_id = target.node_id}});
      }
    }
  }
  pass.context.agents.CancelSteps(requests, kCallTimeout);
}

}  // namespace

StageResult ExecuteSteps(Pass& pass) {
  const std::optional<int64_t> token = pass.context.fencing_token();
  if (!token.has_value()) {
    return StageResult::Stop("NotLeader");
  }
  if (pass.memory.execution != nullptr) {
    if (pass.memory.execution->stopped()) {
      CancelMigrations(pass, *token);
    }
    StartPodSteps(pass);
    StartAgentSteps(pass, *token);
    if (pass.memory.execution->HasFailed()) {
      pass.ComeBackAfter(absl::ZeroDuration());
    }
  }
  AwaitEnds(pass);
  WatchOneView(pass);
  if (pass.leaving) {
    ReleaseWhenQuiet(pass);
  }
  return StageResult::Continue();
}

}  // namespace redisop
