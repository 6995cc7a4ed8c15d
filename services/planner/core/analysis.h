// What is wrong with a cluster, or could be better: snapshot and wish become findings with names.
// Findings only say; the checkers decide what is done.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_ANALYSIS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_ANALYSIS_H_

#include <vector>

#include "common/model/cluster_spec.h"
#include "common/model/plan.h"
#include "services/planner/core/goal.h"
#include "services/planner/core/shape.h"

namespace redisop {

// All findings, the most important first; equal ones in the order of shards and ids. Empty: the
// cluster is as wished.
std::vector<Finding> Analyse(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                             const ClusterSpec& spec, const Policy& policy);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_ANALYSIS_H_
