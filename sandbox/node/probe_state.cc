#include "sandbox/node/probe_state.h"

#include <algorithm>

namespace redisop {
namespace {

constexpr absl::Duration kEagerPeriod = absl::Milliseconds(150);

}  // namespace

ProbeState::ProbeState(ProbeKind kind, const ProbeSettings& settings, absl::Duration now)
    : kind_(kind),
      settings_(settings),
      due_(now + settings.initial_delay),
      failure_counted_(now + settings.initial_delay - settings.period),
      is_passing_(kind == ProbeKind::kLiveness) {}

void ProbeState::Record(bool success, absl::Duration now) {
  const bool is_eager = !had_success_ && kind_ != ProbeKind::kLiveness;
  if (success) {
    had_success_ = true;
    failures_ = 0;
    if (++successes_ >= settings_.success_threshold) is_passing_ = true;
  } else {
    successes_ = 0;
    if (!is_eager || now - failure_counted_ >= settings_.period) {
      failure_counted_ = now;
      ++failures_;
    }
    if (failures_ >= settings_.failure_threshold) {
      is_passing_ = false;
      has_failed_ = true;
    }
  }
  const bool stays_eager = !had_success_ && kind_ != ProbeKind::kLiveness;
  due_ = now + (stays_eager ? std::min(kEagerPeriod, settings_.period) : settings_.period);
}

}  // namespace redisop
