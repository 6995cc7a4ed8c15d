// `redis-operator-launcher probe`: the container's probes, a few lines of RESP over the unix
// socket, so the image needs no shell and no redis-cli.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_PROBE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_PROBE_H_

#include <string>

#include "services/agent/launcher/outcome.h"

namespace redisop {

// OK when redis-server answers at all within a second, also with LOADING, BUSY, MASTERDOWN or
// NOAUTH: a server that loads for an hour or runs a long script must not be killed for it.
// Otherwise exit code 1 and the reason.
Outcome ProbeLive(const std::string& instance_dir);

// OK when within a second it answers PING, its cluster_state is ok, and it is a primary, or a
// replica whose link is up. Otherwise exit code 1 and the reason.
Outcome ProbeReady(const std::string& instance_dir);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_PROBE_H_
