// The first slot of a new primary has to be known before more are opened towards it: some clients
// learn of nodes from CLUSTER SLOTS only, of any node, and fail on a redirection to one that they
// don't know ("unknown node" in docs/moving-slots.md).

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FIRST_SLOT_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FIRST_SLOT_H_

#include "absl/status/status.h"
#include "services/agent/execute/migrate/barrier.h"

namespace redisop {

// Waits, at most 2 s and the time of one answer, until all peers of the request say that the target
// owns `slot`. Primaries were told; replicas hear it by gossip. Peers that don't answer are not
// waited for: they tell no client anything either. CANCELLED, TIMED_OUT when the step has to end.
absl::Status AwaitKnownToAll(StepContext& context, const MoveParties& parties, int slot);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FIRST_SLOT_H_
