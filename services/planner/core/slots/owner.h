// Owners of slots in the problems of this folder: nodes are 0…n-1; these are no nodes.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_OWNER_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_OWNER_H_

namespace redisop {

// Nobody owns the slot; it is to be given to a node, and costs no move.
inline constexpr int kUnassigned = -1;
// Nobody owns the slot, and nobody may get it. Where a problem says that it is allowed.
inline constexpr int kLeftOut = -2;

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_OWNER_H_
