// How a program is asked to end: SIGTERM (kubelet) or SIGINT (Ctrl-C), taken by one thread instead
// of a handler.
//
//   int main() {
//     TerminationSignals signals;   // first, before any thread is started
//     …
//     signals.Wait();
//     server->Drain(absl::Seconds(10));
//   }

#ifndef REDIS_OPERATOR_COMMON_RPC_SIGNALS_H_
#define REDIS_OPERATOR_COMMON_RPC_SIGNALS_H_

#include "absl/time/time.h"

namespace redisop {

class TerminationSignals {
 public:
  // Blocks both signals in this thread and in all it starts later, and ignores SIGPIPE.
  // Requires: no other thread has been started.
  TerminationSignals();

  // Blocks until one of them arrives; its number.
  int Wait();

  // The same for at most `timeout`; 0 when none arrived.
  int WaitFor(absl::Duration timeout);

  // Makes Wait return, from any thread: for a program that has to end by itself (a lost lease).
  static void Request();
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_RPC_SIGNALS_H_
