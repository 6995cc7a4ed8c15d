// What must hold while a plan is carried out, whatever the plan is for. Independent of the checkers
// and gates that make plans: tests and the fuzzer ask it about every plan.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_INVARIANTS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_INVARIANTS_H_

#include <string>
#include <vector>

#include "common/model/plan.h"

namespace redisop {

// One line for each invariant that carrying out the plan, step by step from `snapshot`, would
// break; empty when all hold, both in the plan's own order and in the one where every step comes as
// early as its dependencies allow, the last ones first:
//   - every slot that has one owner keeps exactly one, a primary, until a lost owner is given up;
//   - nothing is deleted, forgotten, reset or made to copy another node that owns slots, has keys
//     of its own, or holds the last copy of a shard;
//   - no shard has fewer replicas in sync on the way than it has before or afterwards; one fewer,
//     but at least one, while replicas change their shards;
//   - no slot moves twice, no node is source and target, no two steps do the same;
//   - every step is valid when its turn comes, and depends on earlier steps only.
std::vector<std::string> BrokenInvariants(const ClusterSnapshot& snapshot, const Plan& plan);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_INVARIANTS_H_
