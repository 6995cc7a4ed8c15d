// The directory through which the launcher, redis-server and the agent of one pod meet:
// <instances-dir>/<pod uid>/ with redis.sock, redis.conf, instance.lock, instance.json.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_INSTANCE_DIR_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_INSTANCE_DIR_H_

#include <optional>
#include <string>

#include "services/agent/launcher/identity.h"
#include "services/agent/launcher/outcome.h"
#include "services/agent/launcher/settings.h"

namespace redisop {

inline constexpr int kRedisPort = 6379;
inline constexpr int kRedisBusPort = 16379;

// The pod, as its environment says.
struct PodIdentity {
  std::string pod;
  std::string pod_uid;
  std::string pod_ip;
  VolumeOwner owner;
};

// Makes the directory (mode 0700) if it isn't there.
Outcome MakeInstanceDir(const std::string& directory);

// Takes a POSIX record lock on <directory>/instance.lock and leaves the descriptor open over exec.
// Such a lock survives exec and isn't inherited by forked children, so it lives exactly as long as
// the redis-server process: whoever gets it has proof that the process is dead. kExitLocked while
// another process holds it.
Outcome HoldInstanceLock(const std::string& directory);

// Writes instance.json anew, for the agent.
Outcome WriteInstanceFile(const std::string& directory, const PodIdentity& identity,
                          const Settings& settings, const std::string& data_dir);

// Writes <directory>/redis.conf anew: `base_config` included first, then what must hold here.
Outcome WriteConfiguration(const std::string& directory, const PodIdentity& identity,
                           const std::string& base_config, const std::string& data_dir);

// The instance directory of `pod_uid`, or the only one there is when `pod_uid` is empty.
std::optional<std::string> FindInstanceDir(const std::string& instances_dir,
                                           const std::string& pod_uid);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_INSTANCE_DIR_H_
