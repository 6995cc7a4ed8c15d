// Time comes from outside: everything that decides or waits takes a Clock, so that tests and the
// simulator own the time.

#ifndef REDIS_OPERATOR_COMMON_BASE_CLOCK_H_
#define REDIS_OPERATOR_COMMON_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace redisop {

// Implementations are thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time, for timestamps that people and the API server read. May jump.
  virtual absl::Time Now() const = 0;

  // Time since some fixed point; never goes back. For every interval and deadline.
  virtual absl::Duration Monotonic() const = 0;
};

// The machine's clocks. Never destroyed.
const Clock& SystemClock();

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_BASE_CLOCK_H_
