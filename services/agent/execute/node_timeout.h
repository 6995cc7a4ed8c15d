// The short dip of cluster-node-timeout that makes a node ready at once after it met the others,
// and the way back. A crash in between leaves the dip; every start of the agent looks for it.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_NODE_TIMEOUT_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_NODE_TIMEOUT_H_

#include "absl/status/status.h"
#include "common/redis/redis_connection.h"
#include "services/agent/instances/instance.h"

namespace redisop {

// Sets cluster-node-timeout to the value of the dip.
absl::Status LowerNodeTimeout(RedisConnection& redis);

// Sets cluster-node-timeout to the configured value if it is at the dip's; another value is
// somebody's wish and stays. Over a connection of its own, since the step's may be the reason why
// it must be restored. kUnavailable and kDeadlineExceeded: try again, until it is OK.
absl::Status RestoreNodeTimeout(RedisConnector& connector, const Instance& instance);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_NODE_TIMEOUT_H_
