#include "sandbox/node/container_run.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "fmt/format.h"

namespace redisop {
namespace {

using nlohmann::json;

constexpr absl::Duration kPrepareRetry = absl::Milliseconds(500);

}  // namespace

std::string KubeTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

ContainerRun::ContainerRun(ContainerHost host, json spec, ContainerRole role,
                           std::string restart_policy)
    : host_(std::move(host)),
      spec_(std::move(spec)),
      role_(role),
      restart_policy_(std::move(restart_policy)) {}

ContainerRun::~ContainerRun() {
  process_.reset();
  prober_.reset();
  if (pre_stop_.joinable()) pre_stop_.join();
}

absl::Duration ContainerRun::Tick(bool may_start) {
  if (is_done_) return absl::InfiniteDuration();
  if (process_ != nullptr) {
    if (const std::optional<int> code = process_->ExitCode()) OnExit(*code);
  }
  const absl::Duration now = host_.clock.Monotonic();
  if (process_ == nullptr) {
    if (will_end_) is_done_ = true;
    if (is_done_ || !may_start) return absl::InfiniteDuration();
    if (now < not_before_) return not_before_ - now;
    Start();
    return process_ != nullptr ? absl::InfiniteDuration() : kPrepareRetry;
  }
  if (!is_stopping_) return absl::InfiniteDuration();
  if (!is_term_sent_ && (pre_stop_done_ == nullptr || pre_stop_done_->load())) {
    is_term_sent_ = true;
    process_->Signal(SIGTERM);
  }
  if (now >= kill_at_) {
    process_->Signal(SIGKILL);
    return absl::Seconds(1);
  }
  return kill_at_ - now;
}

void ContainerRun::Start() {
  absl::StatusOr<ContainerLaunch> launch = host_.prepare(spec_);
  if (!launch.ok()) {
    const bool is_image = absl::IsOutOfRange(launch.status());
    Wait(is_image ? "ErrImagePull" : "CreateContainerConfigError", MessageOf(launch.status()),
         kPrepareRetry);
    return;
  }
  const std::string log = fmt::format("{}/{}.log", host_.log_directory, restart_count_);
  target_ = {.address = launch->address,
             .command = launch->command,
             .environment = launch->environment,
             .named_ports = {}};
  for (const json& port : spec_.value("ports", json::array())) {
    target_.named_ports.emplace_back(port.value("name", ""), port.value("containerPort", 0));
  }
  auto process =
      ContainerProcess::Start(std::move(launch->command), std::move(launch->environment), log);
  if (!process.ok()) {
    Wait("CreateContainerError", MessageOf(process.status()), absl::Seconds(2));
    return;
  }
  process_ = *std::move(process);
  started_at_ = host_.clock.Monotonic();
  started_time_ = host_.clock.Now();
  report_ = {};
  is_stopping_ = is_term_sent_ = false;
  kill_at_ = absl::InfiniteDuration();
  const int run = ++run_;
  const bool has_probes = spec_.contains("startupProbe") || spec_.contains("readinessProbe") ||
                          spec_.contains("livenessProbe");
  if (!has_probes) {
    report_ = {.is_started = true, .is_ready = true, .must_end = false, .message = {}};
  } else {
    prober_ = std::make_unique<Prober>(host_.clock, spec_, target_,
                                       [this, run](const ProbeReport& report) {
                                         host_.post([this, run, report] { OnReport(run, report); });
                                       });
  }
  host_.event(false, "Started", "Started container " + name());
}

void ContainerRun::OnReport(int run, const ProbeReport& report) {
  if (run != run_ || process_ == nullptr) return;
  const bool was_ready = report_.is_ready;
  report_ = report;
  if ((was_ready && !report.is_ready) || report.must_end) {
    host_.event(true, "Unhealthy", fmt::format("Container {}: {}", name(), report.message));
  }
  if (report.must_end && !is_stopping_) {
    EndRun(absl::Seconds(10), "failed its startup or liveness probe");
  }
}

void ContainerRun::OnExit(int code) {
  process_.reset();
  prober_.reset();
  if (pre_stop_.joinable()) pre_stop_.join();
  exit_code_ = code;
  last_terminated_ = {{"exitCode", code},
                      {"reason", code == 0 ? "Completed" : "Error"},
                      {"startedAt", KubeTime(started_time_)},
                      {"finishedAt", KubeTime(host_.clock.Now())}};
  if (code > 128) last_terminated_["signal"] = code - 128;
  terminated_ = last_terminated_;
  const bool restarts =
      role_ == ContainerRole::kSidecar ||
      (role_ == ContainerRole::kInit && restart_policy_ != "Never" && code != 0) ||
      (role_ == ContainerRole::kMain &&
       (restart_policy_ == "Always" || (restart_policy_ == "OnFailure" && code != 0)));
  if (will_end_ || !restarts) {
    is_done_ = true;
    return;
  }
  ++restart_count_;
  const absl::Duration wait = backoff_.AfterExit(host_.clock.Monotonic() - started_at_);
  if (wait == absl::ZeroDuration()) {
    not_before_ = host_.clock.Monotonic();
    return;
  }
  const std::string message = fmt::format("back-off {} s restarting failed container {}",
                                          absl::ToInt64Seconds(wait), name());
  Wait("CrashLoopBackOff", message, wait);
  host_.event(true, "BackOff", message);
}

void ContainerRun::Wait(std::string_view reason, const std::string& message, absl::Duration wait) {
  const bool is_new = waiting_.value("message", "") != message;
  waiting_ = {{"reason", reason}, {"message", message}};
  terminated_ = nullptr;
  not_before_ = host_.clock.Monotonic() + wait;
  if (is_new && reason != "CrashLoopBackOff") {
    host_.event(true, "Failed", fmt::format("Container {}: {}", name(), message));
  }
}

void ContainerRun::EndRun(absl::Duration grace, std::string_view reason) {
  host_.event(false, "Killing", fmt::format("Stopping container {}: {}", name(), reason));
  is_stopping_ = true;
  is_term_sent_ = false;
  kill_at_ = host_.clock.Monotonic() + grace;
  const json hook = spec_.value("lifecycle", json::object()).value("preStop", json());
  pre_stop_done_ = nullptr;
  if (hook.is_object() && grace > absl::ZeroDuration()) StartPreStop(grace);
}

void ContainerRun::StartPreStop(absl::Duration grace) {
  auto done = std::make_shared<std::atomic<bool>>(false);
  pre_stop_done_ = done;
  const json hook = spec_["lifecycle"]["preStop"];
  if (pre_stop_.joinable()) pre_stop_.join();
  pre_stop_ = std::thread([hook, done, grace, target = target_, post = host_.post] {
    // Its outcome changes nothing: the container is stopped either way.
    RunHandler(hook, target, grace).IgnoreError();
    done->store(true);
    post([] {});
  });
}

void ContainerRun::Stop(absl::Duration grace) {
  will_end_ = true;
  if (process_ == nullptr) {
    is_done_ = true;
    return;
  }
  const absl::Duration kill_at = host_.clock.Monotonic() + grace;
  if (!is_stopping_) {
    EndRun(grace, "the pod is being deleted");
  } else {
    kill_at_ = std::min(kill_at_, kill_at);
  }
}

void ContainerRun::Kill() {
  will_end_ = true;
  if (process_ != nullptr) {
    process_->Signal(SIGKILL);
  } else {
    is_done_ = true;
  }
}

void ContainerRun::SetFrozen(bool frozen) {
  if (prober_ != nullptr) prober_->SetPaused(frozen);
  if (process_ != nullptr) process_->SignalAll(frozen ? SIGSTOP : SIGCONT);
}

json ContainerRun::Status() const {
  json status = {{"name", name()},
                 {"image", spec_.value("image", "")},
                 {"imageID", "sandbox://" + spec_.value("image", "")},
                 {"restartCount", restart_count_},
                 {"started", is_started()},
                 {"ready", role_ == ContainerRole::kInit ? succeeded() : is_ready()}};
  if (is_running()) {
    status["state"]["running"]["startedAt"] = KubeTime(started_time_);
    status["containerID"] = fmt::format("sandbox://{}", pid());
  } else if (!terminated_.is_null()) {
    status["state"]["terminated"] = terminated_;
  } else {
    status["state"]["waiting"] = waiting_;
  }
  if (!last_terminated_.is_null() && terminated_.is_null()) {
    status["lastState"]["terminated"] = last_terminated_;
  } else if (is_running() && !last_terminated_.is_null()) {
    status["lastState"]["terminated"] = last_terminated_;
  }
  return status;
}

}  // namespace redisop
