// The keys of slots, with their sizes.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_LIST_KEYS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_LIST_KEYS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "common/redis/redis_connection.h"
#include "services/agent/execute/migrate/pacer.h"

namespace redisop {

// Larger keys are left where they are: reading one stops the source for about 20 ms per MB, and
// that must stay well below node-timeout.
inline constexpr uint64_t kKeyBytesMax = 64 << 20;

// At most `keys_max` keys of each slot (CLUSTER GETKEYSINSLOT, MEMORY USAGE), in the order given.
// Keys that are gone by now weigh nothing.
absl::StatusOr<std::vector<SlotKeys>> ListKeys(RedisConnection& redis,
                                               const std::vector<int>& slots, int keys_max);

// Whether one of the keys is above kKeyBytesMax.
bool HasTooLargeKey(const SlotKeys& slot);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_LIST_KEYS_H_
