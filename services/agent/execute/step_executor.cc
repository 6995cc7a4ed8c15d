#include "services/agent/execute/step_executor.h"

#include <utility>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/fence.h"

namespace redisop {
namespace {

constexpr absl::Duration kObserveTimeout = absl::Seconds(2);

// What an action sees of the registry.
class RegisteredControl : public StepControl {
 public:
  RegisteredControl(StepRegistry& steps, const std::string& step_id, StepCancellation& cancellation)
      : steps_(steps), step_id_(step_id), cancellation_(cancellation) {}

  bool cancelled() const override { return cancellation_.cancelled(); }
  void Pause(absl::Duration duration) override { cancellation_.Pause(duration); }
  void Report(const StepProgress& progress) override { steps_.Report(step_id_, progress); }

 private:
  StepRegistry& steps_;
  const std::string& step_id_;
  StepCancellation& cancellation_;
};

}  // namespace

StepExecutor::StepExecutor(RedisConnector& connector, const Clock& clock, WorkerPool& pool,
                           OnEnd on_end)
    : connector_(connector), clock_(clock), pool_(pool), on_end_(std::move(on_end)) {}

absl::Status StepExecutor::Admit(ManagedInstance& instance, const Fence& fence) {
  ASSIGN_OR_RETURN(const uint64_t highest, instance.memory.HighestToken());
  RETURN_IF_ERROR(CheckCaller(fence, instance.instance(), highest));
  return instance.memory.RaiseToken(fence.token);
}

absl::StatusOr<StepState> StepExecutor::Start(std::shared_ptr<ManagedInstance> instance,
                                              StepRequest request) {
  RETURN_IF_ERROR(Admit(*instance, request.fence));
  if (auto known = instance->steps.Find(request.step_id); known.ok()) {
    return known;
  }
  const Observation observation =
      instance->observer.Observe(instance->instance(), Depth::kShort, kObserveTimeout);
  RETURN_IF_ERROR(CheckNode(request.fence, request.step, observation));
  ASSIGN_OR_RETURN(StepRegistry::Added added, instance->steps.Add(request.step_id, request.step));
  if (added.cancellation == nullptr) {
    return added.state;
  }
  const std::string step_id = request.step_id;
  const absl::Status posted =
      pool_.Post([this, instance, request = std::move(request), cancel = added.cancellation] {
        Run(*instance, request, *cancel);
      });
  if (!posted.ok()) {
    instance->steps.Finish(step_id, posted);
    return posted;
  }
  return added.state;
}

void StepExecutor::Run(ManagedInstance& managed, const StepRequest& request,
                       StepCancellation& cancellation) {
  const Instance instance = managed.instance();
  RegisteredControl control(managed.steps, request.step_id, cancellation);
  StepContext context(instance, request, connector_, clock_, control, managed.memory);
  const std::unique_ptr<StepAction> action = MakeStepAction(request.step.kind);
  managed.steps.Finish(request.step_id, action != nullptr ? action->Run(context)
                                                          : absl::InvalidArgumentError(
                                                                "pod steps aren't for agents"));
  if (const auto state = managed.steps.Find(request.step_id); state.ok()) {
    on_end_(instance, *state);
  }
}

absl::StatusOr<StepState> StepExecutor::Cancel(ManagedInstance& instance, const Fence& fence,
                                               const std::string& step_id) {
  RETURN_IF_ERROR(Admit(instance, fence));
  return instance.steps.Cancel(step_id);
}

}  // namespace redisop
