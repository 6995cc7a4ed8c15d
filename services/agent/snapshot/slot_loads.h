// How much each slot of a primary holds, for plans that balance by keys or memory.
//
// Source: Redis command reference, CLUSTER COUNTKEYSINSLOT; CLUSTER SLOT-STATS (Valkey 8.0,
// Redis 8.2).

#ifndef REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SLOT_LOADS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SLOT_LOADS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/model/cluster_snapshot.h"
#include "common/redis/redis_connection.h"

namespace redisop {

// The keys and bytes of each of `slots`, which the node owns; neighbours that hold the same are one
// range. Bytes are what the engine counts per slot, where it does; else the keys of the slot times
// the node's average. `timeout` is for each burst of questions, of which none keeps the server busy
// for more than some milliseconds. Errors: those of the connection, and kFailedPrecondition with
// the server's words when it refuses.
absl::StatusOr<std::vector<SlotLoad>> ReadSlotLoads(RedisConnection& redis, const SlotSet& slots,
                                                    absl::Duration timeout);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SLOT_LOADS_H_
