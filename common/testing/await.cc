#include "common/testing/await.h"

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace redisop {

bool Await(absl::Duration timeout, const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + timeout;
  absl::Notification never;
  while (!condition()) {
    if (absl::Now() >= deadline) {
      return condition();
    }
    never.WaitForNotificationWithTimeout(absl::Milliseconds(5));
  }
  return true;
}

}  // namespace redisop
