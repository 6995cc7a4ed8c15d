#include "services/k8s-bridge/controller/metrics.h"

namespace redisop {
namespace {

// Every kind and code from the start, so that rates have a zero to begin from.
template <typename Kind, size_t N>
void AddKindNames(std::vector<std::vector<std::string>>& names) {
  if constexpr (N < std::variant_size_v<Kind>) {
    names.push_back({std::string(KindName(Kind(std::in_place_index<N>)))});
    AddKindNames<Kind, N + 1>(names);
  }
}

std::vector<std::vector<std::string>> KindNames() {
  std::vector<std::vector<std::string>> names;
  AddKindNames<StepKind, 0>(names);
  return names;
}

std::vector<std::vector<std::string>> BlockedNames() {
  std::vector<std::vector<std::string>> names;
  for (int code = 1; code <= static_cast<int>(BlockedCode::kNotSupported); ++code) {
    names.push_back({std::string(CodeName(static_cast<BlockedCode>(code)))});
  }
  return names;
}

}  // namespace

BridgeMetrics::BridgeMetrics(Metrics& metrics)
    : passes_(metrics.AddCounter({.name = "reconcile_total", .help = "Passes over a cluster"})),
      pass_seconds_(metrics.AddHistogram(
          {.name = "reconcile_duration_seconds", .help = "Duration of a pass over a cluster"})),
      stage_seconds_(metrics.AddHistogram({.name = "reconcile_stage_duration_seconds",
                                           .help = "Duration of one stage of a pass",
                                           .labels = {"stage"}})),
      steps_(metrics.AddCounter({.name = "plan_steps_total",
                                 .help = "Steps of plans that ended, done or failed",
                                 .labels = {"kind"},
                                 .initial = KindNames()})),
      steps_failed_(metrics.AddCounter({.name = "plan_steps_failed_total",
                                        .help = "Steps of plans that failed",
                                        .labels = {"kind"},
                                        .initial = KindNames()})),
      blocked_(metrics.AddCounter({.name = "plan_blocked_total",
                                   .help = "Steps that were wanted and held back, per pass",
                                   .labels = {"reason"},
                                   .initial = BlockedNames()})),
      slots_migrated_(metrics.AddCounter(
          {.name = "slots_migrated_total", .help = "Slots that were moved between primaries"})),
      keys_migrated_(metrics.AddCounter(
          {.name = "keys_migrated_total", .help = "Keys that were moved between primaries"})),
      leader_(metrics.AddGauge({.name = "leader", .help = "1 while this bridge is the leader"})),
      queue_depth_(metrics.AddGauge(
          {.name = "workqueue_depth", .help = "Clusters that wait to be looked at"})),
      slots_uncovered_(metrics.AddGauge({.name = "slots_uncovered",
                                         .help = "Slots without a serving primary",
                                         .labels = {"redis_cluster"}})) {}

void BridgeMetrics::PassTook(absl::Duration took) const {
  passes_.Increment();
  pass_seconds_.Observe(absl::ToDoubleSeconds(took));
}

void BridgeMetrics::StageTook(std::string_view stage, absl::Duration took) const {
  stage_seconds_.Observe(absl::ToDoubleSeconds(took), {stage});
}

void BridgeMetrics::StepEnded(const StepKind& kind, bool done) const {
  steps_.Increment({KindName(kind)});
  if (!done) {
    steps_failed_.Increment({KindName(kind)});
  }
}

void BridgeMetrics::PlanBlocked(BlockedCode code) const { blocked_.Increment({CodeName(code)}); }

void BridgeMetrics::SlotsMigrated(int slots, uint64_t keys) const {
  slots_migrated_.Increment({}, slots);
  keys_migrated_.Increment({}, static_cast<double>(keys));
}

void BridgeMetrics::Leading(bool leader) const { leader_.Set(leader ? 1 : 0); }

void BridgeMetrics::QueueLength(size_t length) const {
  queue_depth_.Set(static_cast<double>(length));
}

void BridgeMetrics::SlotsUncovered(const std::string& key, int slots) const {
  slots_uncovered_.Set(slots, {key});
}

void BridgeMetrics::Drop(const std::string& key) const { slots_uncovered_.Drop({key}); }

}  // namespace redisop
