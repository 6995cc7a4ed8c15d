#include "services/planner/core/simulate.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "common/base/status.h"
#include "services/planner/core/step.h"

namespace redisop {
namespace {

// A node of the step whose pod is there but has no node yet.
const Pod* WaitsForPod(const WorkingSnapshot& observed, const StepKind& kind) {
  if (std::holds_alternative<DeletePod>(kind)) {
    return nullptr;
  }
  for (const std::string_view name : NodesOf(kind)) {
    const Node* node = observed.Find(name);
    const Pod* pod = node == nullptr ? nullptr : observed.WaitingPod(node->id);
    if (pod != nullptr) {
      return pod;
    }
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<ClusterSnapshot> Simulate(const ClusterSnapshot& snapshot, const Plan& plan,
                                         size_t steps_done) {
  WorkingSnapshot now(Canonical(snapshot));
  for (size_t i = 0; i < steps_done; ++i) {
    const Step& step = plan.steps[i];
    if (IsDone(step.kind, now)) {
      continue;
    }
    if (const absl::Status valid = StillValid(step.kind, now); !valid.ok()) {
      return MakeStatus(absl::StatusCode::kFailedPrecondition,
                        fmt::format("step {}: {}", step.id, MessageOf(valid)));
    }
    Apply(step.kind, now);
  }
  return now.ToSnapshot();
}

std::vector<StepCheck> CheckPlan(const ClusterSnapshot& snapshot, const Plan& plan) {
  const WorkingSnapshot observed(Canonical(snapshot));
  WorkingSnapshot now(Canonical(snapshot));
  std::vector<StepCheck> checks;
  std::set<std::string> done;
  for (const Step& step : plan.steps) {
    StepCheck check{step.id, StepStanding::kReady, ""};
    const absl::Status valid = StillValid(step.kind, now);
    const auto waits_for = std::find_if(step.depends_on.begin(), step.depends_on.end(),
                                        [&](const std::string& id) { return !done.contains(id); });
    if (IsDone(step.kind, observed)) {
      check.standing = StepStanding::kDone;
      check.text = step.effect;
      done.insert(step.id);
    } else if (valid.code() == absl::StatusCode::kFailedPrecondition) {
      check.standing = StepStanding::kInvalid;
      check.text = MessageOf(valid);
    } else if (waits_for != step.depends_on.end()) {
      check.standing = StepStanding::kWaiting;
      check.text = fmt::format("after {}", *waits_for);
    } else if (!valid.ok()) {
      check.standing = StepStanding::kWaiting;
      check.text = MessageOf(valid);
    } else if (const Pod* pod = WaitsForPod(observed, step.kind); pod != nullptr) {
      check.standing = StepStanding::kWaiting;
      check.text = fmt::format("pod {} has no node yet", pod->name);
    }
    if (check.standing != StepStanding::kInvalid) {
      Apply(step.kind, now);
    }
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace redisop
