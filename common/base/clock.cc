#include "common/base/clock.h"

#include <ctime>

#include "absl/time/clock.h"

namespace redisop {
namespace {

class MachineClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  absl::Duration Monotonic() const override {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return absl::Seconds(now.tv_sec) + absl::Nanoseconds(now.tv_nsec);
  }
};

}  // namespace

const Clock& SystemClock() {
  static const auto* clock = new MachineClock;
  return *clock;
}

}  // namespace redisop
