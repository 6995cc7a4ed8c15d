// Command line and environment of redis-operator-planner.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_OPTIONS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_OPTIONS_H_

#include <optional>
#include <string>

#include "common/obs/log.h"
#include "common/rpc/transport_security.h"

namespace redisop {

struct PlannerOptions {
  std::string listen_address = "127.0.0.1:9090";
  std::string http_listen_address = "127.0.0.1:8080";  // empty: none
  TransportSecurity security;
  LogOptions log;

  // Work without a server: "explain", "simulate" or "check"; empty: serve.
  std::string command;
  bool json = false;
  // For explain: the wish, instead of what the input says of it.
  std::optional<int> primaries;
  std::optional<int> replicas;
};

// The options, or the exit code when the program is to end at once: 0 after --help and --version, 2
// after a mistake, which is written to standard error.
struct ParsedOptions {
  PlannerOptions options;
  std::optional<int> exit_code;
};
ParsedOptions ParsePlannerOptions(int argc, char** argv);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_OPTIONS_H_
