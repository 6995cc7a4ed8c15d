// Copies placed for one shard after the other, each as well as can be then. See copy_placement.h
// for when that is as good as placing all at once.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_IN_TURN_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_IN_TURN_H_

#include "services/planner/core/placement/copy_placement.h"

namespace redisop {

// Candidates that have a home stay there or go; nobody else takes them. Of the others those on the
// fullest hosts are used first, so that later shards still find many hosts.
CopyPlacement PlaceCopiesInTurn(const CopyProblem& problem);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_IN_TURN_H_
