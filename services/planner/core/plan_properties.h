// What must be true of every plan, for tests: asked of every scenario and of random clusters.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLAN_PROPERTIES_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLAN_PROPERTIES_H_

#include <string>
#include <vector>

#include "common/model/cluster_snapshot.h"
#include "common/model/cluster_spec.h"
#include "common/model/plan.h"

namespace redisop {

// One line for each property that does not hold:
//   - no invariant is broken on the way (invariants.h);
//   - the fewest slots are moved;
//   - the order of the input changes nothing;
//   - a plan without anything blocked leads to the wish, and a plan for the result is empty;
//   - planning anew after any part of the steps costs exactly the rest, or fewer synchronisations.
std::vector<std::string> BrokenProperties(const ClusterSpec& spec, const ClusterSnapshot& snapshot,
                                          const Policy& policy);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLAN_PROPERTIES_H_
