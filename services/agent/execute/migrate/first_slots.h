// The first slots of a new primary: some clients learn of nodes from CLUSTER SLOTS or from a MOVED
// redirection only, and fail on an ASK redirection to one that they don't know ("unknown node" in
// docs/moving-slots.md). So the first slot is closed and known to all before a second one is
// opened, and the first few have to be found by clients before more follow.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FIRST_SLOTS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FIRST_SLOTS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "services/agent/execute/migrate/barrier.h"

namespace redisop {

// So many slots, closed one after the other, are the few that clients have to find.
inline constexpr int kFirstSlots = 64;

// Waits, at most 2 s and the time of one answer, until all peers of the request say that the target
// owns `slot`. They hear it from the target, or by gossip. Peers that don't answer are not
// waited for: they tell no client anything either. CANCELLED, TIMED_OUT when the step has to end.
absl::Status AwaitKnownToAll(StepContext& context, const MoveParties& parties, int slot);

// Waits, at most 2 s, until the target has at least `clients` connections: as many as the source
// had before the move, so that most of its clients have found the target. CANCELLED, TIMED_OUT when
// the step has to end; the error of the target's connection.
absl::Status AwaitClients(StepContext& context, const MoveParties& parties, uint64_t clients);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FIRST_SLOTS_H_
