#include "bench/rebalance/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "bench/rebalance/redis_cli_rebalance.h"
#include "common/base/clock.h"
#include "services/planner/core/planner.h"

namespace redisop::bench {
namespace {

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "rebalance: %s\n", what.c_str());
  std::exit(1);
}

NodeId IdOf(size_t node) { return fmt::format("{:040x}", node); }

size_t IndexOf(const NodeId& id) { return std::stoul(id, nullptr, 16); }

ClusterSnapshot SnapshotOf(const std::vector<SlotSet>& slots) {
  ClusterSnapshot snapshot{.formed = true};
  for (size_t i = 0; i < slots.size(); ++i) {
    snapshot.nodes.push_back({.id = IdOf(i), .slots = slots[i], .config_epoch = i + 1});
  }
  return snapshot;
}

std::vector<SlotSet> AfterPlan(std::vector<SlotSet> slots, const Plan& plan) {
  for (const Step& step : plan.steps) {
    const auto* move = std::get_if<MigrateSlots>(&step.kind);
    if (move == nullptr) {
      Die("the plan does more than move slots: " + Describe(step.kind));
    }
    SlotSet& source = slots[IndexOf(move->source_id)];
    if ((source & move->slots) != move->slots) {
      Die("the plan moves slots that the source does not own: " + Describe(step.kind));
    }
    source.Remove(move->slots);
    slots[IndexOf(move->target_id)].Add(move->slots);
  }
  return slots;
}

}  // namespace

Rebalanced CountChanges(const std::vector<SlotSet>& before, const std::vector<SlotSet>& after) {
  Rebalanced counts;
  int most = 0;
  int least = kSlotCount;
  for (size_t i = 0; i < before.size(); ++i) {
    counts.moved += (after[i] - before[i]).size();
    counts.ranges += static_cast<int>(after[i].Ranges().size());
    most = std::max(most, after[i].size());
    least = std::min(least, after[i].size());
  }
  counts.spread = most - least;
  return counts;
}

bool PlannerIsWorse(const Rebalanced& redis_cli, const Rebalanced& planner,
                    const Tolerance& tolerance) {
  const bool fewer_moves_excuse = tolerance.planner_percent > 0 && planner.moved < redis_cli.moved;
  return planner.moved > redis_cli.moved ||
         (planner.ranges > redis_cli.ranges && !fewer_moves_excuse);
}

Compared Compare(const std::vector<SlotSet>& slots, const Tolerance& tolerance) {
  Compared compared;
  const auto by_redis_cli =
      AfterMoves(slots, RedisCliMoves(slots, tolerance.redis_cli_threshold_percent));
  compared.redis_cli = CountChanges(slots, by_redis_cli);

  const ClusterSnapshot snapshot = SnapshotOf(slots);
  const ClusterSpec spec{.number_of_primaries = static_cast<int>(slots.size()),
                         .replication_factor = 0};
  const absl::Duration start = SystemClock().Monotonic();
  const Plan plan = ComputePlan(spec, snapshot, {.tolerance_percent = tolerance.planner_percent});
  compared.planner_seconds = absl::ToDoubleSeconds(SystemClock().Monotonic() - start);
  compared.planner = CountChanges(slots, AfterPlan(slots, plan));
  return compared;
}

}  // namespace redisop::bench
