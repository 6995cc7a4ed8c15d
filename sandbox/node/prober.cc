#include "sandbox/node/prober.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "nlohmann/json.hpp"

namespace redisop {

using nlohmann::json;

struct Prober::Probe {
  json handler;
  ProbeSettings settings;
  ProbeState state;
};

namespace {

ProbeSettings SettingsOf(const json& probe) {
  return {.initial_delay = absl::Seconds(probe.value("initialDelaySeconds", 0)),
          .period = absl::Seconds(std::max(1, probe.value("periodSeconds", 10))),
          .timeout = absl::Seconds(std::max(1, probe.value("timeoutSeconds", 1))),
          .success_threshold = std::max(1, probe.value("successThreshold", 1)),
          .failure_threshold = std::max(1, probe.value("failureThreshold", 3))};
}

}  // namespace

Prober::Prober(const Clock& clock, const json& container, HandlerTarget target,
               std::function<void(const ProbeReport&)> on_change)
    : clock_(clock), target_(std::move(target)), on_change_(std::move(on_change)) {
  const auto make = [&](const char* name, ProbeKind kind) -> std::unique_ptr<Probe> {
    if (!container.contains(name)) return nullptr;
    const ProbeSettings settings = SettingsOf(container[name]);
    return std::make_unique<Probe>(
        Probe{container[name], settings, ProbeState(kind, settings, clock_.Monotonic())});
  };
  startup_ = make("startupProbe", ProbeKind::kStartup);
  readiness_ = make("readinessProbe", ProbeKind::kReadiness);
  liveness_ = make("livenessProbe", ProbeKind::kLiveness);
  thread_ = std::thread([this] { Run(); });
}

Prober::~Prober() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

void Prober::SetPaused(bool paused) {
  absl::MutexLock lock(&mutex_);
  paused_ = paused;
}

void Prober::Run() {
  ProbeReport reported = Report();
  on_change_(reported);
  while (Probe* probe = NextDue()) {
    if (!WaitUntil(probe->state.due())) return;
    const absl::Status result = RunHandler(probe->handler, target_, probe->settings.timeout);
    if (!result.ok()) message_ = MessageOf(result);
    probe->state.Record(result.ok(), clock_.Monotonic());
    const ProbeReport now = Report();
    if (now.is_started != reported.is_started || now.is_ready != reported.is_ready ||
        now.must_end != reported.must_end) {
      on_change_(now);
    }
    reported = now;
    if (now.must_end) return;
  }
}

bool Prober::WaitUntil(absl::Duration due) {
  absl::MutexLock lock(&mutex_);
  const absl::Duration left = due - clock_.Monotonic();
  if (left > absl::ZeroDuration()) {
    mutex_.AwaitWithTimeout(absl::Condition(&stop_), left);
  }
  const auto may_go_on = [this]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stop_ || !paused_; };
  mutex_.Await(absl::Condition(&may_go_on));
  return !stop_;
}

ProbeReport Prober::Report() const {
  ProbeReport report;
  report.is_started = startup_ == nullptr || startup_->state.IsPassing();
  report.is_ready = report.is_started && (readiness_ == nullptr || readiness_->state.IsPassing());
  report.must_end = (startup_ != nullptr && startup_->state.HasFailed()) ||
                    (liveness_ != nullptr && liveness_->state.HasFailed());
  report.message = message_;
  return report;
}

Prober::Probe* Prober::NextDue() {
  if (startup_ != nullptr && !startup_->state.IsPassing()) return startup_.get();
  if (readiness_ == nullptr || liveness_ == nullptr) {
    return readiness_ != nullptr ? readiness_.get() : liveness_.get();
  }
  return readiness_->state.due() <= liveness_->state.due() ? readiness_.get() : liveness_.get();
}

}  // namespace redisop
