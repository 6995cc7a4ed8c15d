// `redis-operator-launcher run`: becomes redis-server, if that is safe.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_RUN_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_RUN_H_

#include <string>

#include "services/agent/launcher/outcome.h"

namespace redisop {

struct RunOptions {
  std::string config = "/etc/redis-operator/redis.conf";
  std::string data_dir = "/data";
  std::string instances_dir = "/run/redis-operator";
};

// Reads POD_NAME, POD_UID, POD_IP, REDIS_OPERATOR_CLUSTER_UID, REDIS_OPERATOR_SHARD and
// REDIS_OPERATOR_MEMBER; checks the volume and the identity on it; writes the instance directory;
// replaces this process by redis-server, or valkey-server, from PATH. Returns only when it didn't:
// kExitUsage names the missing variable, kExitRefused what is wrong with the data, kExitLocked,
// kExitIoError, kExitNoServer.
Outcome Run(const RunOptions& options);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_RUN_H_
