// Replicas that change their shard.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_MOVE_REPLICAS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_MOVE_REPLICAS_H_

#include "services/planner/core/copy_goal.h"
#include "services/planner/core/draft.h"

namespace redisop {

// Proposes that every replica for which `goal` names another shard than the one it copies is
// attached there. One after the other, so that no shard is ever without a replica in sync: next is
// always one that leaves another one behind. What is left when there is none is blocked.
void MoveReplicas(Draft& draft, const CopyGoal& goal, FindingCode finding);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_MOVE_REPLICAS_H_
