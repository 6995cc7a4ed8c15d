// Flags and environment of redis-operator-agent.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_OPTIONS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_OPTIONS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/obs/log.h"
#include "common/rpc/transport_security.h"
#include "services/agent/snapshot/snapshot_command.h"

namespace redisop {

struct AgentOptions {
  std::string instances_dir = "/run/redis-operator";
  std::string listen = "127.0.0.1:9091";
  std::string http_listen = "127.0.0.1:8081";
  TransportSecurity security;
  std::string redis_user;           // empty: the default user
  std::string redis_password_file;  // empty: redis asks for none
  std::string log_level = "info";
  std::string log_format = "json";

  // The command that replaces serving, if one was given.
  std::optional<SnapshotOptions> snapshot;
};

// Reads flags, then the environment (REDIS_OPERATOR_ and the flag's name). A value when the program
// should end now: its exit code, 0 after --help and --version, 2 after a mistake; the text was
// printed.
std::optional<int> ParseAgentOptions(int argc, char** argv, AgentOptions& options);

// kInvalidArgument with all mistakes at once.
absl::Status Validate(const AgentOptions& options);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_OPTIONS_H_
