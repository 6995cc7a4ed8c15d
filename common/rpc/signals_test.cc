// A program of its own: signals are blocked per thread, so no other test may have started one.

#include "common/rpc/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace redisop {
namespace {

TEST(TerminationSignals, AreTakenByTheWaitingThread) {
  TerminationSignals signals;
  EXPECT_EQ(signals.WaitFor(absl::Milliseconds(1)), 0);
  TerminationSignals::Request();
  EXPECT_EQ(signals.Wait(), SIGTERM);
  ::kill(::getpid(), SIGINT);
  EXPECT_EQ(signals.WaitFor(absl::Seconds(5)), SIGINT);
}

}  // namespace
}  // namespace redisop
