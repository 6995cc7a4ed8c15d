// `redis-operator-launcher install`: copies this program to where the redis container finds it.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_INSTALL_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_INSTALL_H_

#include <string>

#include "services/agent/launcher/outcome.h"

namespace redisop {

// Copies the running program to <directory>/redis-operator-launcher, mode 0755, atomically.
// kExitIoError.
Outcome Install(const std::string& directory);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_INSTALL_H_
