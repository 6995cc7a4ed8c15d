#include "services/k8s-bridge/execution/plan_execution.h"

#include <fmt/format.h>

#include <algorithm>

namespace redisop {
namespace {

// An agent that is not heard of for this long has lost its step. Longer than the restart of a
// container takes.
constexpr absl::Duration kSilenceMax = absl::Seconds(15);

const AgentStep* FindReport(const std::vector<AgentStep>& steps, std::string_view id) {
  auto at = std::find_if(steps.begin(), steps.end(),
                         [&](const AgentStep& step) { return step.id == id; });
  return at == steps.end() ? nullptr : &*at;
}

bool HasPod(const ClusterSnapshot& snapshot, std::string_view uid) {
  return std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                     [&](const Node& node) { return node.pod_uid == uid; }) ||
         std::any_of(snapshot.pods.begin(), snapshot.pods.end(),
                     [&](const Pod& pod) { return pod.uid == uid; });
}

}  // namespace

PlanExecution::PlanExecution(Plan plan, int64_t generation, std::string run_id, absl::Duration now)
    : plan_(std::move(plan)),
      generation_(generation),
      run_id_(std::move(run_id)),
      started_at_(now) {
  for (const Step& step : plan_.steps) {
    index_[step.id] = runs_.size();
    runs_.push_back({.step = step, .resolved = step.kind});
  }
}

StepRun* PlanExecution::Find(std::string_view step_id) {
  auto at = index_.find(step_id);
  return at == index_.end() ? nullptr : &runs_[at->second];
}

std::string PlanExecution::AgentStepId(std::string_view step_id, const StepTarget& target) const {
  // Steps that several agents carry out have one id for each.
  return fmt::format("{}/{}/{}", run_id_, step_id, target.node_id);
}

std::vector<const StepRun*> PlanExecution::Learn(const ExecutionFacts& facts) {
  std::vector<const StepRun*> ended;
  for (StepRun& run : runs_) {
    if (run.status != StepStatus::kRunning) {
      continue;
    }
    if (IsPodStep(run.resolved) ? LearnPodStep(run, facts) : LearnAgentStep(run, facts)) {
      ended.push_back(&run);
    }
  }
  return ended;
}

bool PlanExecution::LearnPodStep(StepRun& run, const ExecutionFacts& facts) {
  if (const auto* create = std::get_if<CreatePod>(&run.resolved)) {
    const Node* node = facts.snapshot.Find(create->pod);
    if (node == nullptr || node->unobserved) {
      return false;
    }
  }
  if (const auto* remove = std::get_if<DeletePod>(&run.resolved)) {
    if (HasPod(facts.snapshot, remove->pod_uid)) {
      return false;
    }
  }
  run.status = StepStatus::kDone;
  return true;
}

bool PlanExecution::LearnAgentStep(StepRun& run, const ExecutionFacts& facts) {
  int done = 0;
  int ended = 0;
  bool all_heard = true;
  for (const StepTarget& target : run.targets) {
    const std::string id = AgentStepId(run.step.id, target);
    AgentStep& report = run.reports[id];
    if (report.state == AgentStep::State::kRunning) {
      auto agent = facts.steps.find(target.pod_uid);
      if (agent == facts.steps.end()) {
        all_heard = false;
        const bool gone = !HasPod(facts.snapshot, target.pod_uid);
        if (gone && std::holds_alternative<ForgetNode>(run.resolved)) {
          report.state = AgentStep::State::kDone;  // who is gone remembers nobody
        } else if (gone || facts.now - run.heard_at > kSilenceMax) {
          report.state = AgentStep::State::kFailed;
          report.text = "its agent is gone";
        }
      } else if (const AgentStep* heard = FindReport(agent->second, id)) {
        report = *heard;
      } else {
        report.state = AgentStep::State::kFailed;
        report.text = "its agent was restarted";
      }
    }
    ended += report.state != AgentStep::State::kRunning ? 1 : 0;
    done += report.state == AgentStep::State::kDone ? 1 : 0;
    if (report.state == AgentStep::State::kFailed && run.failure.empty()) {
      const bool named = report.refusal.empty() || report.text.starts_with(report.refusal);
      run.failure = named ? report.text : fmt::format("{}: {}", report.refusal, report.text);
    }
  }
  if (all_heard) {
    run.heard_at = facts.now;
  }
  const int targets = static_cast<int>(run.targets.size());
  if (ended < targets) {
    return false;
  }
  run.status = done == targets ? StepStatus::kDone : StepStatus::kFailed;
  return true;
}

std::vector<const StepRun*> PlanExecution::Ready() const {
  std::vector<const StepRun*> ready;
  if (stopped_ || HasFailed()) {
    return ready;
  }
  for (const StepRun& run : runs_) {
    const bool free = std::all_of(
        run.step.depends_on.begin(), run.step.depends_on.end(), [&](const std::string& id) {
          auto at = index_.find(id);
          return at != index_.end() && runs_[at->second].status == StepStatus::kDone;
        });
    if (run.status == StepStatus::kWaiting && free) {
      ready.push_back(&run);
    }
  }
  return ready;
}

void PlanExecution::Started(std::string_view step_id, StepKind resolved,
                            std::vector<StepTarget> targets, absl::Duration now) {
  if (StepRun* run = Find(step_id)) {
    run->status = StepStatus::kRunning;
    run->resolved = std::move(resolved);
    run->targets = std::move(targets);
    run->started_at = now;
    run->heard_at = now;
  }
}

void PlanExecution::Failed(std::string_view step_id, std::string why) {
  if (StepRun* run = Find(step_id)) {
    run->status = StepStatus::kFailed;
    run->failure = std::move(why);
  }
}

bool PlanExecution::Finished() const {
  return std::all_of(runs_.begin(), runs_.end(),
                     [](const StepRun& run) { return run.status == StepStatus::kDone; });
}

bool PlanExecution::HasFailed() const {
  return std::any_of(runs_.begin(), runs_.end(),
                     [](const StepRun& run) { return run.status == StepStatus::kFailed; });
}

std::vector<const StepRun*> PlanExecution::RunningAtAgents() const {
  std::vector<const StepRun*> running;
  for (const StepRun& run : runs_) {
    if (run.status == StepStatus::kRunning && !IsPodStep(run.resolved)) {
      running.push_back(&run);
    }
  }
  return running;
}

std::vector<StepKind> PlanExecution::RunningKinds() const {
  std::vector<StepKind> kinds;
  for (const StepRun& run : runs_) {
    if (run.status == StepStatus::kRunning) {
      kinds.push_back(run.resolved);
    }
  }
  return kinds;
}

bool PlanExecution::Over() const {
  return Finished() || ((stopped_ || HasFailed()) && RunningAtAgents().empty());
}

int PlanExecution::StepsDone() const {
  return static_cast<int>(std::count_if(runs_.begin(), runs_.end(), [](const StepRun& run) {
    return run.status == StepStatus::kDone;
  }));
}

double PlanExecution::SecondsLeft() const {
  // The longest chain: a step begins when the last of those it depends on has ended.
  std::map<std::string_view, double> end;
  double last = 0;
  for (const StepRun& run : runs_) {
    double own = 0;
    if (run.status == StepStatus::kWaiting) {
      own = run.step.estimated_seconds;
    } else if (run.status == StepStatus::kRunning) {
      for (const auto& [id, report] : run.reports) {
        own = std::max(own, report.seconds_left);
      }
    }
    double begin = 0;
    for (const std::string& id : run.step.depends_on) {
      begin = std::max(begin, end[id]);
    }
    end[run.step.id] = begin + own;
    last = std::max(last, begin + own);
  }
  return last;
}

}  // namespace redisop
