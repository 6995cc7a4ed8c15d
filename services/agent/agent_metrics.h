// The metrics of the agent.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_AGENT_METRICS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_AGENT_METRICS_H_

#include "common/obs/metrics.h"
#include "services/agent/execute/step_registry.h"

namespace redisop {

// Thread-safe.
class AgentMetrics {
 public:
  AgentMetrics();

  const Metrics& page() const { return metrics_; }

  void CountStep(const StepState& state) const;
  void CountInstances(size_t instances, size_t alive) const;

 private:
  Metrics metrics_;
  Counter steps_;
  Histogram step_seconds_;
  Counter keys_moved_;
  Gauge instances_;
  Gauge instances_alive_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_AGENT_METRICS_H_
