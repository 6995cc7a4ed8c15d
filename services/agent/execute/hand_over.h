// What a pod does before it ends: a primary hands its slots to a replica, so that no client waits
// for an election. For the container's preStop hook.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_HAND_OVER_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_HAND_OVER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/redis/redis_connection.h"
#include "services/agent/execute/step_action.h"
#include "services/agent/instances/instance.h"

namespace redisop {

// Asks the most advanced in-sync replica for a plain CLUSTER FAILOVER and waits until this node is
// a replica itself; tries the next replica when one doesn't take over. Nothing to do for a replica
// and for a primary without slots. What was done, in one line; kFailedPrecondition when there is no
// replica in sync, kDeadlineExceeded when none took over within `limit`. The pod ends anyway then.
absl::StatusOr<std::string> HandOver(const Instance& instance, RedisConnector& connector,
                                     const Clock& clock, StepControl& control,
                                     absl::Duration limit);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_HAND_OVER_H_
