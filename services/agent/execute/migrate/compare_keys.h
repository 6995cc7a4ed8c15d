// Keys of one slot that stand on two nodes, after the mark that said which copy counts was lost.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_COMPARE_KEYS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_COMPARE_KEYS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "common/model/slot_set.h"
#include "services/agent/execute/migrate/barrier.h"

namespace redisop {

struct DifferingKeys {
  SlotSet slots;
  uint64_t keys = 0;
};

// For every key of `slots` that both hold: equal values (DUMP) are deleted at the source, different
// ones stay on both sides and are counted. Keys that only one side holds stay as they are.
// Requires: the slots are open. Errors: CANCELLED, TIMED_OUT, REDIS_ERROR; nothing is lost by them.
absl::StatusOr<DifferingKeys> CompareKeys(StepContext& context, MoveParties& parties,
                                          const SlotSet& slots);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_COMPARE_KEYS_H_
