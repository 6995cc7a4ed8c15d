// Copies placed for all shards at once, by one minimum-cost flow.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_AT_ONCE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_AT_ONCE_H_

#include "services/planner/core/placement/copy_placement.h"

namespace redisop {

// No placement is better, at any level that copy_placement.h names. Its time grows with the square
// of shards times places of the candidates that several shards may use.
CopyPlacement PlaceCopiesAtOnce(const CopyProblem& problem);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_AT_ONCE_H_
