// Proves each step that could start now on this pass's snapshot, without the planner.

#include <algorithm>

#include "common/base/status.h"
#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/controller/stage.h"

namespace redisop {
namespace {

// Refusals are mostly a matter of moments: gossip that has not arrived, a replica that catches up.
constexpr absl::Duration kAskAgain = absl::Milliseconds(50);
constexpr absl::Duration kAskAgainLater = absl::Milliseconds(500);

// A plan stalls while no agent works for it: all that could start is refused, or it only waits for
// pods.
void NoteStall(Pass& pass) {
  const absl::Duration now = pass.context.clock.Monotonic();
  if (!pass.admitted.empty() || !pass.memory.execution->RunningAtAgents().empty()) {
    pass.memory.stalled_since.reset();
  } else if (!pass.memory.stalled_since.has_value()) {
    pass.memory.stalled_since = now;
  }
  if (!pass.refused.empty()) {
    const bool fresh = !pass.memory.stalled_since.has_value() ||
                       now - *pass.memory.stalled_since < absl::Seconds(2);
    pass.ComeBackAfter(fresh ? kAskAgain : kAskAgainLater);
  } else if (pass.memory.stalled_since.has_value()) {
    pass.ComeBackAfter(absl::Seconds(1));
  }
}

}  // namespace

StageResult AdmitPlan(Pass& pass) {
  if (pass.memory.execution == nullptr || pass.ReadOnly()) {
    return StageResult::Continue();
  }
  const PlanExecution& execution = *pass.memory.execution;
  const ClusterSpec spec = PlannerSpecOf(*pass.cluster);
  const Policy policy = PlannerPolicyOf(*pass.cluster);
  AdmissionFacts facts{.snapshot = pass.snapshot,
                       .claims = pass.claims,
                       .disputed_roles = pass.disputed_roles,
                       .running = execution.RunningKinds(),
                       .spec = spec,
                       .policy = policy};
  for (const StepRun* run : execution.Ready()) {
    const absl::StatusOr<StepKind> resolved = ResolveNodes(run->step.kind, pass.snapshot);
    std::optional<Refusal> refusal =
        resolved.ok() ? Admit(*resolved, run->step.size, facts)
                      : Refusal{BlockedCode::kNodeNotObserved, MessageOf(resolved.status())};
    if (refusal.has_value()) {
      pass.context.metrics.PlanBlocked(refusal->code);
      pass.log.Debug("Refused step", {{"step", Describe(run->step.kind)}, {"why", refusal->text}});
      pass.refused.push_back({run->step, *std::move(refusal)});
      continue;
    }
    // Later steps of this pass are proven with this one running.
    facts.running.push_back(*resolved);
    pass.admitted.push_back({run->step.id, *resolved});
  }
  NoteStall(pass);
  return StageResult::Continue();
}

}  // namespace redisop
