// Copies that an interrupted run left at the target before it gave up any key at the source: the
// target's IMPORTING mark names the target itself (KeyCopier).

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_HIDDEN_COPIES_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_HIDDEN_COPIES_H_

#include "absl/status/status.h"
#include "common/model/node_view.h"
#include "common/redis/redis_connection.h"

namespace redisop {

// Slots whose IMPORTING mark at `target` names the target itself.
SlotSet HiddenCopies(const NodeView& target);

// Deletes the keys of those of `slots` at the target that are hidden copies.
// Requires: the source owns `slots` and they are not MIGRATING there, so no client was sent to the
// target for them.
absl::Status DiscardHiddenCopies(const NodeView& target_view, RedisConnection& target,
                                 const SlotSet& slots);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_HIDDEN_COPIES_H_
