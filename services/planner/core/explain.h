// Plans as text, for a terminal and for a diff: the same plan gives the same text.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_EXPLAIN_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_EXPLAIN_H_

#include <string>

#include "common/model/plan.h"

namespace redisop {

// One line: what the plan does, or why it does nothing.
std::string Summarise(const Plan& plan);

// The whole plan: summary, steps with reasons and sizes, what is blocked, findings, costs. Steps of
// one kind and reason that follow each other are put together when there are many.
std::string Explain(const Plan& plan);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_EXPLAIN_H_
