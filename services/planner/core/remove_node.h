// Taking a node out of its shard, or out of the cluster.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_REMOVE_NODE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_REMOVE_NODE_H_

#include <set>

#include "services/planner/core/draft.h"

namespace redisop {

// Proposes that all others forget the node, where they know it, and that its pod is deleted. False
// when one of the two is blocked; then the second is not proposed.
bool RemoveNode(Draft& draft, const NodeId& id, Reason reason);

// The steps so far that attach members of the shard: who takes a copy away from it waits for them.
std::set<size_t> AttachesTo(Draft& draft, const Shard& shard);

// Replicas in sync that the shard has beside this node.
int InSyncBeside(const WorkingSnapshot& snapshot, const Shard& shard, const Node& node);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_REMOVE_NODE_H_
