// A plan that is being carried out: which steps wait, run, are done or failed. A state machine over
// the plan's DAG without threads, clock or connections of its own: Learn() tells it what was
// observed, the caller starts what Ready() names and says so.
//
// Nothing of it is persisted. A restarted bridge follows what still runs at the agents to its end
// and then plans anew.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_EXECUTION_PLAN_EXECUTION_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_EXECUTION_PLAN_EXECUTION_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "common/model/plan.h"
#include "services/k8s-bridge/execution/step_targets.h"
#include "services/k8s-bridge/observe/agent_api.h"

namespace redisop {

// What one pass knows of the steps.
struct ExecutionFacts {
  const ClusterSnapshot& snapshot;
  // By pod UID: the steps that its agent reports. Agents that did not answer have no entry.
  std::map<std::string, std::vector<AgentStep>> steps;
  absl::Duration now;  // monotonic
};

enum class StepStatus { kWaiting, kRunning, kDone, kFailed };

struct StepRun {
  Step step;
  StepStatus status = StepStatus::kWaiting;
  StepKind resolved;                         // with node ids, once started
  std::vector<StepTarget> targets;           // agents that carry it out; empty for pod steps
  std::map<std::string, AgentStep> reports;  // by agent step id, the newest
  absl::Duration started_at;
  absl::Duration heard_at;  // when all its agents were heard of last
  std::string failure;      // why it failed
};

class PlanExecution {
 public:
  // `run_id` makes the ids of steps at the agents unique for ever; `generation` is that of the spec
  // that the plan is for.
  PlanExecution(Plan plan, int64_t generation, std::string run_id, absl::Duration now);

  const Plan& plan() const { return plan_; }
  int64_t generation() const { return generation_; }
  absl::Duration started_at() const { return started_at_; }
  const std::vector<StepRun>& runs() const { return runs_; }

  // Takes in what was observed; returns the runs that ended by it. A step whose agent does not know
  // it any more, or was silent for too long, or whose pod is gone, has failed.
  std::vector<const StepRun*> Learn(const ExecutionFacts& facts);

  // Steps that may start as far as the plan goes: all they depend on is done. None after a failure
  // or Stop().
  std::vector<const StepRun*> Ready() const;

  // Id of a step at an agent.
  std::string AgentStepId(std::string_view step_id, const StepTarget& target) const;

  // The caller has asked the targets (none: the bridge itself) to carry the step out.
  void Started(std::string_view step_id, StepKind resolved, std::vector<StepTarget> targets,
               absl::Duration now);
  // It could not be started, or must count as failed.
  void Failed(std::string_view step_id, std::string why);

  // Nothing is started any more; what runs is to end.
  void Stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

  bool Finished() const;   // every step is done
  bool HasFailed() const;  // a step has failed
  // Steps that agents carry out now. Pod steps are not counted: they need nobody to go on.
  std::vector<const StepRun*> RunningAtAgents() const;
  // Everything that runs, as admission wants to know it.
  std::vector<StepKind> RunningKinds() const;
  // Nothing is left to wait for: finished, or failed or stopped with nothing running at agents.
  bool Over() const;

  int StepsDone() const;
  // By the agents' estimates for what runs and the plan's for what waits, in seconds.
  double SecondsLeft() const;

 private:
  StepRun* Find(std::string_view step_id);
  bool LearnPodStep(StepRun& run, const ExecutionFacts& facts);
  bool LearnAgentStep(StepRun& run, const ExecutionFacts& facts);

  Plan plan_;
  int64_t generation_;
  std::string run_id_;
  absl::Duration started_at_;
  std::vector<StepRun> runs_;
  std::map<std::string, size_t, std::less<>> index_;
  bool stopped_ = false;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_EXECUTION_PLAN_EXECUTION_H_
