// Empties open slots by MIGRATE, the way of redis-cli: atomic per key whatever clients do, so it
// ends also where clients write faster than copies can be made, where a slot is too large for one
// transaction, and where its marks are set already. It blocks both servers meanwhile, and a key can
// be missing at the target's replicas for a moment.
//
// Source: Redis command reference, MIGRATE.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_CLASSIC_DRAIN_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_CLASSIC_DRAIN_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "services/agent/execute/migrate/barrier.h"
#include "services/agent/execute/migrate/pacer.h"

namespace redisop {

struct Drained {
  uint64_t keys = 0;
  uint64_t bytes = 0;  // in the source's memory
};

// Moves the keys that `slots` hold now. Requires: both marks are set, so the source's copy of a key
// counts and replaces the target's. KEYS_LEFT: a key is above kKeyBytesMax. REDIS_ERROR with the
// server's words: it is unknown on which side the keys of the last batch are; repeating is right.
absl::StatusOr<Drained> DrainOnce(StepContext& context, MoveParties& parties,
                                  const std::vector<int>& slots, Pacer& pacer);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_CLASSIC_DRAIN_H_
