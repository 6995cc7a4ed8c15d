// Who of a shard's nodes counts when copies are placed.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SHARD_NODES_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SHARD_NODES_H_

#include "services/planner/core/placement/copy_placement.h"
#include "services/planner/core/shape.h"

namespace redisop {

// Whether the node is a member that stays: not lost, and nobody has begun to remove it.
bool Counts(const WorkingSnapshot& snapshot, const Node& node);

// A pod that Kubernetes finds no place for, or that does not start, and that the plan does not
// count on as a replica so far.
bool IsStuck(const WorkingSnapshot& snapshot, const Node& node);

NodeList ThatCount(const WorkingSnapshot& snapshot, const NodeList& nodes);

// The replicas and the primary; and all nodes that could be its replicas. Those that count.
NodeList CopiesOf(const WorkingSnapshot& snapshot, const Shard& shard);
NodeList MembersOf(const WorkingSnapshot& snapshot, const Shard& shard);

// Pairs of them on one host, and in one zone; what is not known is shared with nobody.
CopyPairs PairsAmong(const NodeList& copies);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SHARD_NODES_H_
