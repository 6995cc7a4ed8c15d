#include "services/planner/core/plan_properties.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/status.h"
#include "services/planner/core/explain.h"
#include "services/planner/core/invariants.h"
#include "services/planner/core/planner.h"
#include "services/planner/core/simulate.h"

namespace redisop {
namespace {

struct Cost {
  int slots = 0;
  int failovers = 0;
  int pods_created = 0;
  int pods_deleted = 0;
  int syncs = 0;
  // Fewer synchronisations may do: a replica that is attached can have made others unnecessary.
  bool IsTheRest(const Cost& rest) const {
    return slots == rest.slots && failovers == rest.failovers &&
           pods_created == rest.pods_created && pods_deleted == rest.pods_deleted &&
           syncs <= rest.syncs;
  }
  std::string Text() const {
    return fmt::format("{} slots, {} failovers, {} syncs, +{} -{} pods", slots, failovers, syncs,
                       pods_created, pods_deleted);
  }
};

Cost CostFrom(const Plan& plan, size_t first) {
  Cost cost;
  for (size_t i = first; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    cost.slots += std::holds_alternative<MigrateSlots>(step.kind) ? step.size.slots : 0;
    cost.failovers += std::holds_alternative<PromoteReplica>(step.kind) ? 1 : 0;
    cost.pods_created += std::holds_alternative<CreatePod>(step.kind) ? 1 : 0;
    cost.pods_deleted += std::holds_alternative<DeletePod>(step.kind) ? 1 : 0;
    cost.syncs += std::holds_alternative<AttachReplica>(step.kind) ? 1 : 0;
  }
  return cost;
}

ClusterSnapshot Reversed(ClusterSnapshot snapshot) {
  std::reverse(snapshot.nodes.begin(), snapshot.nodes.end());
  std::reverse(snapshot.pods.begin(), snapshot.pods.end());
  std::reverse(snapshot.hosts.begin(), snapshot.hosts.end());
  for (Node& node : snapshot.nodes) {
    std::reverse(node.unknown_ids.begin(), node.unknown_ids.end());
  }
  return snapshot;
}

std::vector<size_t> PrefixesOf(const Plan& plan) {
  // All of a short plan, a spread of a long one.
  std::vector<size_t> prefixes;
  const size_t stride = 1 + plan.steps.size() / 40;
  for (size_t k = 1; k < plan.steps.size(); k += stride) {
    prefixes.push_back(k);
  }
  return prefixes;
}

void CheckPrefixes(const ClusterSpec& spec, const ClusterSnapshot& snapshot, const Policy& policy,
                   const Plan& plan, std::vector<std::string>& broken) {
  for (const size_t k : PrefixesOf(plan)) {
    const absl::StatusOr<ClusterSnapshot> then = Simulate(snapshot, plan, k);
    if (!then.ok()) {
      broken.push_back(fmt::format("after {} steps: {}", k, MessageOf(then.status())));
      return;
    }
    const Plan rest = ComputePlan(spec, *then, policy);
    if (!CostFrom(rest, 0).IsTheRest(CostFrom(plan, k))) {
      broken.push_back(fmt::format("a new plan after {} steps costs {}, the rest was {}\n{}", k,
                                   CostFrom(rest, 0).Text(), CostFrom(plan, k).Text(),
                                   Explain(rest)));
      return;
    }
  }
}

}  // namespace

std::vector<std::string> BrokenProperties(const ClusterSpec& spec, const ClusterSnapshot& snapshot,
                                          const Policy& policy) {
  const Plan plan = ComputePlan(spec, snapshot, policy);
  std::vector<std::string> broken = BrokenInvariants(snapshot, plan);
  if (ComputePlan(spec, Reversed(snapshot), policy) != plan) {
    broken.emplace_back("the order of the input changes the plan");
  }
  if (!plan.blocked.empty()) {
    return broken;
  }
  const bool by_slots = spec.balance == Balance::kSlots;
  if (by_slots && plan.bounds.slots_moved != plan.bounds.slots_moved_minimum) {
    broken.push_back(fmt::format("{} slots are moved, the minimum is {}", plan.bounds.slots_moved,
                                 plan.bounds.slots_moved_minimum));
  }
  // What waits for a better place may get it later.
  const bool stuck = std::any_of(snapshot.pods.begin(), snapshot.pods.end(),
                                 [](const Pod& pod) { return !pod.waiting_reason.empty(); });
  const int avoidable = plan.bounds.placement_violations - plan.bounds.placement_violations_minimum;
  if (avoidable < 0 || (avoidable > 0 && !stuck)) {
    broken.push_back(fmt::format("{} rules of placement stay violated, the minimum is {}",
                                 plan.bounds.placement_violations,
                                 plan.bounds.placement_violations_minimum));
  }
  const absl::StatusOr<ClusterSnapshot> after = Simulate(snapshot, plan, plan.steps.size());
  if (!after.ok()) {
    broken.push_back(MessageOf(after.status()));
    return broken;
  }
  const Plan next = ComputePlan(spec, *after, policy);
  if (!next.steps.empty() || !next.blocked.empty()) {
    broken.push_back(fmt::format("the result is not as wished:\n{}", Explain(next)));
  }
  if (by_slots) {
    CheckPrefixes(spec, snapshot, policy, plan, broken);
  }
  return broken;
}

}  // namespace redisop
