// Who takes part in a slot move, and that all of them are ready for it before anything is touched.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_BARRIER_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_BARRIER_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "common/model/node_view.h"
#include "common/redis/redis_connection.h"
#include "services/agent/execute/step_action.h"

namespace redisop {

struct MoveParties {
  NodeId source_id;
  NodeId target_id;
  RedisAddress target_address;
  std::unique_ptr<RedisConnection> source;  // the agent's own node
  std::unique_ptr<RedisConnection> target;
  std::vector<std::unique_ptr<RedisConnection>> others;  // the other primaries
  NodeView source_view;
  NodeView target_view;
  // Replicas of the target that must have a key before the source gives it up, so that it never
  // stands on fewer processes than before.
  int copies_needed = 0;
  // False for Valkey from 8.0 on, which ends with an assertion ("MULTI on Valkey 8" in
  // docs/moving-slots.md).
  bool source_allows_setslot_in_multi = true;
  bool target_allows_setslot_in_multi = true;
  // The target tells all nodes of the slots that it takes, all that it took in one transaction in
  // one message (Redis from 6.2 on): the other primaries need not be told meanwhile.
  bool target_announces = true;
};

// Connects to the source (context.instance()), the target and all other primaries among the peers
// of the request (not the replicas among them), and waits (at most 20 s) until
//   the target is a primary and says cluster_state ok: a new one refuses keys for some seconds
//     while it takes itself for a minority ("fresh target");
//   the source and every other primary know the target as a primary, and the others the source too
//   ("fresh target");
//   the target knows the source's config epoch and has another one itself: only then does the epoch
//   that it takes for its first slot outrank every claim of the source that is still on its way
//   ("late claims").
// WRONG_ROLE: source or target is a replica. NODE_CHANGED, PEER_CHANGED: another node answers.
// TIMED_OUT, CANCELLED; kUnavailable: somebody doesn't answer.
absl::StatusOr<MoveParties> MeetBarriers(StepContext& context, const NodeId& source_id,
                                         const NodeId& target_id);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_BARRIER_H_
