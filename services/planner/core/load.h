// How much the slots of a node hold.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOAD_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOAD_H_

#include "common/model/cluster_snapshot.h"
#include "common/model/plan.h"

namespace redisop {

// Keys and bytes of `slots`, of which `node` owns all: from its slot_loads, otherwise in proportion
// to its own keys and memory.
StepSize LoadOf(const Node& node, const SlotSet& slots);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOAD_H_
