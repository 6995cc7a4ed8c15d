#include "services/planner/core/planner.h"

#include <algorithm>
#include <utility>

#include "services/planner/core/analysis.h"
#include "services/planner/core/checkers.h"
#include "services/planner/core/estimate.h"
#include "services/planner/core/explain.h"
#include "services/planner/core/placement_rules.h"
#include "services/planner/core/plan_digest.h"
#include "services/planner/core/slot_wish.h"

namespace redisop {
namespace {

int RangesOf(const WorkingSnapshot& snapshot) {
  int ranges = 0;
  for (const auto& [id, node] : snapshot.nodes()) {
    ranges += static_cast<int>(node.slots.Ranges().size());
  }
  return ranges;
}

void MeasureCosts(Draft& draft) {
  Plan& plan = draft.plan();
  Bounds& bounds = plan.bounds;
  bounds.ranges = RangesOf(draft.now());
  bounds.placement_violations = ViolationsOf(draft.now(), draft.shape(), draft.goal);
  for (const Step& step : plan.steps) {
    bounds.slots_moved += std::holds_alternative<MigrateSlots>(step.kind) ? step.size.slots : 0;
    bounds.failovers += std::holds_alternative<PromoteReplica>(step.kind) ? 1 : 0;
  }
  bounds.makespan_seconds = MakespanOf(plan.steps);
  bounds.makespan_seconds_minimum =
      std::min(bounds.makespan_seconds, bounds.makespan_seconds_minimum);
}

}  // namespace

Plan ComputePlan(const ClusterSpec& spec, ClusterSnapshot snapshot, const Policy& policy) {
  Draft draft(spec, Canonical(std::move(snapshot)), policy);
  Plan& plan = draft.plan();
  plan.findings = Analyse(draft.now(), draft.shape(), draft.goal, spec, policy);
  plan.bounds.ranges_before = RangesOf(draft.now());
  for (const Checker& checker : kCheckers) {
    if (!draft.stopped()) {
      checker.run(draft);
    }
  }
  std::stable_sort(plan.blocked.begin(), plan.blocked.end(),
                   [](const Blocked& a, const Blocked& b) { return a.code < b.code; });
  MeasureCosts(draft);
  plan.digest = DigestOf(plan);
  plan.summary = Summarise(plan);
  return std::move(plan);
}

}  // namespace redisop
