// Specs, policies, steps and plans between the wire (redisoperator.planner.v1) and common/model.
// Both directions are total; FromProto(ToProto(x)) == x. Errors as in topology_wire.h. Pure; any
// thread.

#ifndef REDIS_OPERATOR_COMMON_WIRE_PLAN_WIRE_H_
#define REDIS_OPERATOR_COMMON_WIRE_PLAN_WIRE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "common/model/cluster_spec.h"
#include "common/model/plan.h"

namespace redisoperator::planner::v1 {
class ClusterSpec;
class Plan;
class Policy;
class Step;
}  // namespace redisoperator::planner::v1

namespace redisop {

// At most this many steps in one plan.
inline constexpr int kPlanStepsMax = 200000;

redisoperator::planner::v1::ClusterSpec ToProto(const ClusterSpec& spec);
redisoperator::planner::v1::Policy ToProto(const Policy& policy);
redisoperator::planner::v1::Step ToProto(const Step& step);
redisoperator::planner::v1::Plan ToProto(const Plan& plan);

// Fields that are not given get their defaults; values outside the bounds of the proto are refused.
absl::StatusOr<ClusterSpec> FromProto(const redisoperator::planner::v1::ClusterSpec& spec,
                                      std::string_view path);
absl::StatusOr<Policy> FromProto(const redisoperator::planner::v1::Policy& policy,
                                 std::string_view path);

// A step without a kind, and one without the ids its kind needs, are refused. The id of the step
// itself may be empty (the wanted step of something blocked).
absl::StatusOr<Step> FromProto(const redisoperator::planner::v1::Step& step, std::string_view path);

// Also checks that ids of steps are unique and that steps depend on earlier ones only.
absl::StatusOr<Plan> FromProto(const redisoperator::planner::v1::Plan& plan, std::string_view path);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_WIRE_PLAN_WIRE_H_
