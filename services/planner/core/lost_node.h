// Whether nodes and shards that seem lost may come back.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOST_NODE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOST_NODE_H_

#include <string>

#include "common/model/cluster_spec.h"
#include "services/planner/core/shape.h"

namespace redisop {

// A pod that runs on a machine but could not be asked for its node id yet, and so may be the node.
// nullptr: no pod can be it. A pod that was never bound to a machine has no node.
const Pod* MayBe(const WorkingSnapshot& snapshot, const Node& lost);

// Who may still hold data of a shard whose primary failed, for people; empty when every copy is
// proven gone.
std::string WhoMayReturn(const WorkingSnapshot& snapshot, const Shard& shard, const Node& primary);

// Whether the policy accepts that the shard's data is lost.
bool IsLossAccepted(const Policy& policy, const std::string& shard);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOST_NODE_H_
