// A clock that stands still until the test turns it.

#ifndef REDIS_OPERATOR_COMMON_TESTING_FAKE_CLOCK_H_
#define REDIS_OPERATOR_COMMON_TESTING_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"

namespace redisop {

// Starts at 2026-01-01 00:00:00 UTC and monotonic zero. Thread-safe.
class FakeClock : public Clock {
 public:
  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }

  absl::Duration Monotonic() const override {
    absl::MutexLock lock(&mutex_);
    return monotonic_;
  }

  // Both clocks go on by `step`. Requires: step >= 0.
  void Advance(absl::Duration step) {
    absl::MutexLock lock(&mutex_);
    now_ += step;
    monotonic_ += step;
  }

  // Wall time jumps, as after a correction by NTP; monotonic time does not.
  void SetNow(absl::Time now) {
    absl::MutexLock lock(&mutex_);
    now_ = now;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_) = absl::FromUnixSeconds(1767225600);
  absl::Duration monotonic_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_FAKE_CLOCK_H_
