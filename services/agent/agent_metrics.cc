#include "services/agent/agent_metrics.h"

#include <string>

#include "absl/time/time.h"

namespace redisop {

AgentMetrics::AgentMetrics()
    : metrics_("redis_operator_agent_"),
      steps_(metrics_.AddCounter(
          {.name = "steps_total", .help = "Steps that ended", .labels = {"kind", "outcome"}})),
      step_seconds_(metrics_.AddHistogram(
          {.name = "step_duration_seconds", .help = "How long steps took", .labels = {"kind"}})),
      keys_moved_(
          metrics_.AddCounter({.name = "keys_moved_total", .help = "Keys moved to other nodes"})),
      instances_(metrics_.AddGauge({.name = "instances", .help = "Instance directories"})),
      instances_alive_(metrics_.AddGauge(
          {.name = "instances_alive", .help = "Instances whose redis-server process runs"})) {}

void AgentMetrics::CountStep(const StepState& state) const {
  const std::string_view kind = KindName(state.step.kind);
  const std::string_view outcome =
      state.state == StepState::State::kDone ? "ok" : RefusalName(state.refusal);
  steps_.Increment({kind, outcome});
  step_seconds_.Observe(absl::ToDoubleSeconds(state.running), {kind});
  keys_moved_.Increment({}, static_cast<double>(state.progress.keys_moved));
}

void AgentMetrics::CountInstances(size_t instances, size_t alive) const {
  instances_.Set(static_cast<double>(instances));
  instances_alive_.Set(static_cast<double>(alive));
}

}  // namespace redisop
