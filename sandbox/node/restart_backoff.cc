#include "sandbox/node/restart_backoff.h"

#include <algorithm>

namespace redisop {
namespace {

constexpr absl::Duration kFirst = absl::Seconds(10);
constexpr absl::Duration kLongest = absl::Minutes(5);
constexpr absl::Duration kHealthyRun = absl::Minutes(10);

}  // namespace

absl::Duration RestartBackoff::AfterExit(absl::Duration ran) {
  if (ran >= kHealthyRun) next_ = absl::ZeroDuration();
  const absl::Duration wait = next_;
  next_ = std::clamp(next_ * 2, kFirst, kLongest);
  return wait;
}

}  // namespace redisop
