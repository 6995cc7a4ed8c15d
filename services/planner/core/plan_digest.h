// The identity of a plan.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLAN_DIGEST_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLAN_DIGEST_H_

#include <string>

#include "common/model/plan.h"

namespace redisop {

// SHA-256 over the steps with their dependencies and over what is blocked. Texts for people, sizes
// and estimates are left out: they change with every key that is written.
std::string DigestOf(const Plan& plan);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLAN_DIGEST_H_
