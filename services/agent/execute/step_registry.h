// The steps of one instance: those that run, and those that ended within the last minutes. Makes
// starting a step idempotent by its id, and keeps steps apart that must not run together.
//
// Thread-safe. Watchers are called without a lock, from the thread that changed the step.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_REGISTRY_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_REGISTRY_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "services/agent/execute/step_action.h"

namespace redisop {

// How a step stands: redisoperator.agent.v1.StepState.
struct StepState {
  enum class State { kRunning, kDone, kFailed };
  std::string step_id;
  Step step;
  State state = State::kRunning;
  Refusal refusal = Refusal::kNone;
  std::string text;
  StepProgress progress;
  absl::Duration running;  // has been running, or ran
};

// Asks a running step to stop, and wakes it from its pause.
class StepCancellation {
 public:
  void Cancel();
  bool cancelled() const;
  // Returns after `duration`, or when cancelled.
  void Pause(absl::Duration duration);

 private:
  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

class StepRegistry {
 public:
  using Watcher = std::function<void(const StepState&)>;

  // `clock` must outlive this.
  explicit StepRegistry(const Clock& clock) : clock_(clock) {}

  struct Added {
    StepState state;
    // Set for a new step: whoever added it must run it and call Finish.
    std::shared_ptr<StepCancellation> cancellation;
  };
  // Adds a step, or finds the one with this id. STEP_RUNNING: another step excludes it.
  absl::StatusOr<Added> Add(const std::string& step_id, const Step& step);

  void Report(const std::string& step_id, const StepProgress& progress);
  void Finish(const std::string& step_id, const StepOutcome& outcome);

  // kNotFound: not known (any more).
  absl::StatusOr<StepState> Find(const std::string& step_id) const;
  absl::StatusOr<StepState> Cancel(const std::string& step_id);
  void CancelAll();

  // All, by id.
  std::vector<StepState> List() const;

  // Calls `watcher` on each change until the step has ended, which is the last call, or until
  // nobody else holds it. The state now; when the step has ended already, no call follows.
  // kResourceExhausted: too many watchers.
  absl::StatusOr<StepState> Watch(const std::string& step_id,
                                  const std::shared_ptr<Watcher>& watcher);

 private:
  struct Entry {
    StepState state;
    absl::Duration started;
    absl::Duration ended;
    std::shared_ptr<StepCancellation> cancellation;
    std::vector<std::weak_ptr<Watcher>> watchers;
  };

  void Change(const std::string& step_id, const std::function<void(Entry&)>& change);
  void DropOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  StepState StateOf(const Entry& entry) const;

  const Clock& clock_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_REGISTRY_H_
