// Runs the probes of one run of a container on a thread of its own and tells of every change.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_PROBER_H_
#define REDIS_OPERATOR_SANDBOX_NODE_PROBER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "nlohmann/json_fwd.hpp"
#include "sandbox/node/handler.h"
#include "sandbox/node/probe_state.h"

namespace redisop {

struct ProbeReport {
  bool is_started = false;
  bool is_ready = false;
  bool must_end = false;  // the startup or liveness probe gave the container up
  std::string message;    // of the last failure
};

class Prober {
 public:
  // `container` is its spec; one without probes is started and ready at once. `on_change` is called
  // on the prober's thread. `clock` must outlive this.
  Prober(const Clock& clock, const nlohmann::json& container, HandlerTarget target,
         std::function<void(const ProbeReport&)> on_change);
  // Waits for a running probe, at most its timeout.
  ~Prober();
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  // While paused no probe is asked (the machine is frozen). Thread-safe.
  void SetPaused(bool paused);

 private:
  struct Probe;

  void Run();
  // False: the prober is to end.
  bool WaitUntil(absl::Duration due);
  ProbeReport Report() const;
  // The probe whose turn it is: the startup probe alone until it passes, then the others.
  Probe* NextDue();

  const Clock& clock_;
  const HandlerTarget target_;
  const std::function<void(const ProbeReport&)> on_change_;
  std::unique_ptr<Probe> startup_, readiness_, liveness_;
  std::string message_;
  absl::Mutex mutex_;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_PROBER_H_
