#include "services/k8s-bridge/controller/await_ends.h"

namespace redisop {
namespace {

constexpr absl::Duration kEndWait = absl::Seconds(30);
constexpr absl::Duration kProgress = absl::Seconds(1);

}  // namespace

void AwaitEnds(Pass& pass) {
  auto await = [&](const AgentAddress& agent, const std::string& step_id) {
    if (!pass.memory.wake_ups->Await(step_id)) {
      return;
    }
    pass.context.agents.NotifyWhenEnded(
        agent, step_id, kEndWait,
        [wake_ups = pass.memory.wake_ups, wake = pass.context.wake, key = pass.key, step_id] {
          wake_ups->Ended(step_id);
          wake(key);
        });
    pass.ComeBackAfter(kProgress);
  };
  if (pass.memory.execution != nullptr) {
    for (const StepRun* run : pass.memory.execution->RunningAtAgents()) {
      pass.ComeBackAfter(kProgress);
      for (const StepTarget& target : run->targets) {
        if (auto agent = pass.agents.find(target.pod_uid); agent != pass.agents.end()) {
          await(agent->second, pass.memory.execution->AgentStepId(run->step.id, target));
        }
      }
    }
  }
  for (const NodeObservation& seen : pass.observations) {
    for (const AgentStep& step : seen.steps) {
      if (step.state == AgentStep::State::kRunning) {
        await(pass.agents.at(seen.pod_uid), step.id);
      }
    }
  }
}

}  // namespace redisop
