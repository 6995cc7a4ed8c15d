// Copies of a single shard placed without a flow.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_OF_ONE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_OF_ONE_H_

#include <optional>

#include "services/planner/core/placement/copy_cost.h"
#include "services/planner/core/placement/copy_placement.h"

namespace redisop {

// As good as what PlaceCopiesAtOnce answers for a problem with one demand: the cheapest copy is
// taken, then the cheapest beside that one, and so on. Costs grow with what hosts and
// zones hold, and hosts lie within zones, so the first copies of a best placement are the best for
// fewer copies too (a separable convex function over a laminar family; Federgruen and Groenevelt,
// "The greedy procedure for resource allocation problems", 1986).
//
// Nothing where that does not hold: with required rules, and where a node without a host could be
// on hosts of different standing. `cost` is that of the problem.
std::optional<CopyPlacement::OfShard> PlaceCopiesOfOne(const CopyProblem& problem,
                                                       const CopyCost& cost);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPIES_OF_ONE_H_
