// How something went in the launcher, which has no Abseil: an exit code and a line for people.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_OUTCOME_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_OUTCOME_H_

#include <string>

namespace redisop {

// Exit codes, after sysexits.h.
inline constexpr int kExitUsage = 64;      // the command line is wrong
inline constexpr int kExitIoError = 74;    // a file could not be read or written; may work later
inline constexpr int kExitLocked = 75;     // the pod's earlier redis-server still runs
inline constexpr int kExitRefused = 78;    // the data must not be served; somebody has to look
inline constexpr int kExitNoServer = 127;  // no redis-server, no valkey-server

struct Outcome {
  int exit_code = 0;
  std::string message;  // empty when ok

  bool ok() const { return exit_code == 0; }
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_OUTCOME_H_
