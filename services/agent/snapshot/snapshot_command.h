// The command `redis-operator-agent snapshot`: the snapshot of any running Redis or Valkey Cluster
// on standard output, for the planner. Needs no instances directory and serves nothing.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SNAPSHOT_COMMAND_H_
#define REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SNAPSHOT_COMMAND_H_

#include <string>
#include <vector>

#include "common/redis/redis_connection.h"

namespace CLI {
class App;
}

namespace redisop {

struct SnapshotOptions {
  std::vector<std::string> seeds;  // "host:port"
  std::string user;                // empty: the default user
  std::string password_file;       // empty: REDISCLI_AUTH of the environment, as for redis-cli
  bool tls = false;
  TlsFiles tls_files;
  double timeout_seconds = 5;
  bool slot_loads = false;
};

// The command as a subcommand of `app`; parsing fills `options`, which must outlive `app`.
CLI::App* AddSnapshotCommand(CLI::App& app, SnapshotOptions& options);

// Writes a ComputePlanRequest in JSON, with only the snapshot, to standard output; what is missing
// in it, and progress when it takes longer than two seconds, to standard error. The exit code: 0
// when there is a snapshot, though nodes may be missing in it; 1 when there is none; 2 when the
// options are wrong.
int RunSnapshot(const SnapshotOptions& options);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SNAPSHOT_COMMAND_H_
