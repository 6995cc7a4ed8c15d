// Starts steps: checks the fence, makes sure a step is started once, and runs its action on a
// thread. The only place where steps meet threads.
//
// Thread-safe.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_EXECUTOR_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_EXECUTOR_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/redis/redis_connection.h"
#include "services/agent/execute/step_registry.h"
#include "services/agent/managed_instance.h"
#include "services/agent/worker_pool.h"

namespace redisop {

class StepExecutor {
 public:
  // Called when a step has ended, for log and metrics.
  using OnEnd = std::function<void(const Instance&, const StepState&)>;

  // All references must outlive this; `pool` must be stopped before they go.
  StepExecutor(RedisConnector& connector, const Clock& clock, WorkerPool& pool, OnEnd on_end);

  // Starts the step, or finds it when it was started before. Errors: those of CheckCaller and
  // CheckNode; STEP_RUNNING; kUnavailable when the agent is full or ends, or its memory can't be
  // written: nothing was done, try again.
  absl::StatusOr<StepState> Start(std::shared_ptr<ManagedInstance> instance, StepRequest request);

  // Asks a step to stop. Errors: those of CheckCaller; kNotFound.
  absl::StatusOr<StepState> Cancel(ManagedInstance& instance, const Fence& fence,
                                   const std::string& step_id);

 private:
  absl::Status Admit(ManagedInstance& instance, const Fence& fence);
  void Run(ManagedInstance& managed, const StepRequest& request, StepCancellation& cancellation);

  RedisConnector& connector_;
  const Clock& clock_;
  WorkerPool& pool_;
  const OnEnd on_end_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_EXECUTOR_H_
