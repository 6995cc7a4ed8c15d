// The three calls of the planner as plain functions, for the gRPC service and for the command line.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_CALLS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_CALLS_H_

#include "absl/status/statusor.h"

namespace redisoperator::planner::v1 {
class CheckPlanRequest;
class CheckPlanResponse;
class ComputePlanRequest;
class ComputePlanResponse;
class SimulatePlanRequest;
class SimulatePlanResponse;
}  // namespace redisoperator::planner::v1

namespace redisop {

// kInvalidArgument: a field is missing or wrong; the message begins with its path. Pure; any
// thread.
absl::StatusOr<redisoperator::planner::v1::ComputePlanResponse> AnswerComputePlan(
    const redisoperator::planner::v1::ComputePlanRequest& request);
absl::StatusOr<redisoperator::planner::v1::SimulatePlanResponse> AnswerSimulatePlan(
    const redisoperator::planner::v1::SimulatePlanRequest& request);
absl::StatusOr<redisoperator::planner::v1::CheckPlanResponse> AnswerCheckPlan(
    const redisoperator::planner::v1::CheckPlanRequest& request);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_CALLS_H_
