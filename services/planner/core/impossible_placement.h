// Required rules of placement that the hosts, zones and nodes at hand do not allow to keep, with
// the numbers that prove it.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_IMPOSSIBLE_PLACEMENT_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_IMPOSSIBLE_PLACEMENT_H_

#include <string>
#include <vector>

#include "common/model/cluster_spec.h"
#include "common/model/plan.h"
#include "services/planner/core/goal.h"
#include "services/planner/core/shape.h"

namespace redisop {

struct PlacementGap {
  FindingCode finding = FindingCode::kNone;
  std::string text;
};

// By shard; empty when nothing is required, or all of it can be kept. `snapshot` as the plan leaves
// it.
std::vector<PlacementGap> ImpossiblePlacements(const WorkingSnapshot& snapshot, const Shape& shape,
                                               const Goal& goal, const ClusterSpec& spec);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_IMPOSSIBLE_PLACEMENT_H_
