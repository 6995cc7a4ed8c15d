// Whether a node that seems lost may come back.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOST_NODE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOST_NODE_H_

#include "services/planner/core/working_snapshot.h"

namespace redisop {

// A pod that runs on a machine but could not be asked for its node id yet, and so may be the node.
// nullptr: no pod can be it. A pod that was never bound to a machine has no node.
const Pod* MayBe(const WorkingSnapshot& snapshot, const Node& lost);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOST_NODE_H_
