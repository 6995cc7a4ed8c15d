#include "common/rpc/signals.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "absl/time/clock.h"

namespace redisop {
namespace {

sigset_t Set() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

TerminationSignals::TerminationSignals() {
  const sigset_t set = Set();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

int TerminationSignals::Wait() {
  const sigset_t set = Set();
  int signal = 0;
  while (::sigwait(&set, &signal) != 0) {
  }
  return signal;
}

int TerminationSignals::WaitFor(absl::Duration timeout) {
  const sigset_t set = Set();
  const absl::Time deadline = absl::Now() + timeout;
  while (true) {
    const timespec left = absl::ToTimespec(std::max(deadline - absl::Now(), absl::ZeroDuration()));
    const int signal = ::sigtimedwait(&set, nullptr, &left);
    if (signal > 0) {
      return signal;
    }
    if (errno != EINTR) {
      return 0;
    }
  }
}

void TerminationSignals::Request() { ::kill(::getpid(), SIGTERM); }

}  // namespace redisop
