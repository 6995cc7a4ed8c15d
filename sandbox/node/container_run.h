// One container of a pod over all its runs: starting, probing, restarting with back-off, stopping
// with preStop and grace period, and its part of the pod's status. Driven by Tick(); blocks for
// nothing but the start of a process.
//
// One thread uses it, the pod's.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_RUN_H_
#define REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_RUN_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "nlohmann/json.hpp"
#include "sandbox/node/container_launch.h"
#include "sandbox/node/container_process.h"
#include "sandbox/node/handler.h"
#include "sandbox/node/prober.h"
#include "sandbox/node/restart_backoff.h"

namespace redisop {

enum class ContainerRole { kInit, kSidecar, kMain };

// What a container needs of its pod.
struct ContainerHost {
  const Clock& clock;
  // MakeLaunch. After any error the container waits, with the message in its status, and tries
  // again.
  std::function<absl::StatusOr<ContainerLaunch>(const nlohmann::json& container)> prepare;
  // Runs a function on the pod's thread, soon; false: the pod is gone. Thread-safe.
  std::function<void(std::function<void()>)> post;
  std::function<void(bool is_warning, std::string_view reason, std::string_view note)> event;
  std::string log_directory;
};

class ContainerRun {
 public:
  ContainerRun(ContainerHost host, nlohmann::json spec, ContainerRole role,
               std::string restart_policy);
  ~ContainerRun();
  ContainerRun(const ContainerRun&) = delete;
  ContainerRun& operator=(const ContainerRun&) = delete;

  ContainerRole role() const { return role_; }
  std::string name() const { return spec_.value("name", ""); }
  pid_t pid() const { return process_ == nullptr ? 0 : process_->pid(); }
  bool is_running() const { return process_ != nullptr; }
  bool is_started() const { return is_running() && report_.is_started; }
  bool is_ready() const { return is_running() && report_.is_ready && !is_stopping_; }
  bool has_started_once() const {
    return restart_count_ > 0 || !terminated_.is_null() || is_running();
  }
  // Ended for good: it will not be started again.
  bool is_done() const { return is_done_; }
  bool succeeded() const { return is_done_ && exit_code_ == 0; }

  // Does what is due: collects an exit, starts when `may_start`, goes on with a stop. The time
  // until it wants to be called again at the latest.
  absl::Duration Tick(bool may_start);

  // Ends it for good: preStop, SIGTERM, after `grace` SIGKILL. Again with a shorter grace: shortens
  // it.
  void Stop(absl::Duration grace);
  // Ends it for good, now.
  void Kill();
  void SetFrozen(bool frozen);

  // -1 while not running.
  int poll_descriptor() const { return process_ == nullptr ? -1 : process_->poll_descriptor(); }

  // One entry of containerStatuses.
  nlohmann::json Status() const;

 private:
  void Start();
  void OnExit(int code);
  void OnReport(int run, const ProbeReport& report);
  // Ends the present run; the restart policy decides what follows.
  void EndRun(absl::Duration grace, std::string_view reason);
  void StartPreStop(absl::Duration grace);
  void Wait(std::string_view reason, const std::string& message, absl::Duration wait);

  const ContainerHost host_;
  const nlohmann::json spec_;
  const ContainerRole role_;
  const std::string restart_policy_;

  std::unique_ptr<ContainerProcess> process_;
  std::unique_ptr<Prober> prober_;
  std::thread pre_stop_;
  HandlerTarget target_;
  ProbeReport report_;
  RestartBackoff backoff_;
  int run_ = 0;  // number of the present run; reports of older ones are dropped
  int restart_count_ = 0;
  int exit_code_ = 0;
  bool is_done_ = false;
  bool will_end_ = false;  // no further start
  bool is_stopping_ = false;
  bool is_term_sent_ = false;
  std::shared_ptr<std::atomic<bool>> pre_stop_done_;
  absl::Duration started_at_;
  absl::Duration not_before_;
  absl::Duration kill_at_ = absl::InfiniteDuration();
  absl::Time started_time_;
  nlohmann::json waiting_ = {{"reason", "ContainerCreating"}};
  nlohmann::json terminated_;  // state of the last run that ended
  nlohmann::json last_terminated_;
};

// "2026-11-24T02:00:00Z"
std::string KubeTime(absl::Time time);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_RUN_H_
