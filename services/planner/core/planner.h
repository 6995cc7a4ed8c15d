// The planner: what has to be done to bring an observed cluster to a wished shape, why, and what it
// costs. Pure: the same values give the same plan, byte for byte; no clock, no disk, no network.
//
// How a plan comes about: Analyse names what is wrong; the checkers of checkers.cc propose steps in
// their order, each on the cluster as the steps before it leave it; every step passes the gates of
// safety.h; the digest and the texts are made of the result.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLANNER_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLANNER_H_

#include "common/model/cluster_snapshot.h"
#include "common/model/cluster_spec.h"
#include "common/model/plan.h"

namespace redisop {

// Never fails: what cannot be done now is in Plan::blocked. No steps and nothing blocked means that
// the cluster is as wished, apart from findings that nothing can mend. Any thread.
Plan ComputePlan(const ClusterSpec& spec, ClusterSnapshot snapshot, const Policy& policy);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLANNER_H_
