#include "services/planner/rpc/planner_calls.h"

#include <fmt/format.h>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/wire/plan_wire.h"
#include "common/wire/topology_wire.h"
#include "redisoperator/planner/v1/planner_service.pb.h"
#include "services/planner/core/explain.h"
#include "services/planner/core/planner.h"
#include "services/planner/core/simulate.h"

namespace redisop {
namespace {

namespace pb = redisoperator::planner::v1;

absl::Status Missing(std::string_view field, std::string_view hint) {
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("{}: missing; {}", field, hint));
}

constexpr std::string_view kSnapshotHint =
    "give nodes, or cluster_nodes; {} stands for a cluster that is to be made from nothing";
constexpr std::string_view kPlanHint = "give the plan as ComputePlan returned it";

pb::CheckPlanResponse::StepState::State ToProto(StepStanding standing) {
  switch (standing) {
    case StepStanding::kDone:
      return pb::CheckPlanResponse::StepState::DONE;
    case StepStanding::kReady:
      return pb::CheckPlanResponse::StepState::READY;
    case StepStanding::kWaiting:
      return pb::CheckPlanResponse::StepState::WAITING;
    case StepStanding::kInvalid:
      return pb::CheckPlanResponse::StepState::INVALID;
  }
  return pb::CheckPlanResponse::StepState::STATE_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<pb::ComputePlanResponse> AnswerComputePlan(const pb::ComputePlanRequest& request) {
  if (!request.has_spec()) {
    return Missing("spec", "give at least number_of_primaries");
  }
  if (!request.has_snapshot()) {
    return Missing("snapshot", kSnapshotHint);
  }
  ASSIGN_OR_RETURN(const ClusterSpec spec, FromProto(request.spec(), "spec"));
  ASSIGN_OR_RETURN(const Policy policy, FromProto(request.policy(), "policy"));
  ASSIGN_OR_RETURN(ClusterSnapshot snapshot, FromProto(request.snapshot(), "snapshot"));
  const Plan plan = ComputePlan(spec, std::move(snapshot), policy);
  pb::ComputePlanResponse response;
  *response.mutable_plan() = ToProto(plan);
  response.set_text(Explain(plan));
  return response;
}

absl::StatusOr<pb::SimulatePlanResponse> AnswerSimulatePlan(
    const pb::SimulatePlanRequest& request) {
  if (!request.has_snapshot()) {
    return Missing("snapshot", kSnapshotHint);
  }
  if (!request.has_plan()) {
    return Missing("plan", kPlanHint);
  }
  ASSIGN_OR_RETURN(const ClusterSnapshot snapshot, FromProto(request.snapshot(), "snapshot"));
  ASSIGN_OR_RETURN(const Plan plan, FromProto(request.plan(), "plan"));
  const int steps_done =
      request.has_steps_done() ? request.steps_done() : static_cast<int>(plan.steps.size());
  if (steps_done < 0 || static_cast<size_t>(steps_done) > plan.steps.size()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("steps_done: is {}; the plan has {} steps, give 0 to {}",
                                  steps_done, plan.steps.size(), plan.steps.size()));
  }
  absl::StatusOr<ClusterSnapshot> after = Simulate(snapshot, plan, static_cast<size_t>(steps_done));
  if (!after.ok()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("plan: does not fit the snapshot: {}; compute a new one",
                                  MessageOf(after.status())));
  }
  pb::SimulatePlanResponse response;
  *response.mutable_snapshot() = ToProto(*after);
  return response;
}

absl::StatusOr<pb::CheckPlanResponse> AnswerCheckPlan(const pb::CheckPlanRequest& request) {
  if (!request.has_plan()) {
    return Missing("plan", kPlanHint);
  }
  if (!request.has_snapshot()) {
    return Missing("snapshot", kSnapshotHint);
  }
  ASSIGN_OR_RETURN(const Plan plan, FromProto(request.plan(), "plan"));
  ASSIGN_OR_RETURN(const ClusterSnapshot snapshot, FromProto(request.snapshot(), "snapshot"));
  pb::CheckPlanResponse response;
  response.set_valid(true);
  for (const StepCheck& check : CheckPlan(snapshot, plan)) {
    pb::CheckPlanResponse::StepState* state = response.add_steps();
    state->set_step_id(check.step_id);
    state->set_state(ToProto(check.standing));
    state->set_text(check.text);
    if (check.standing == StepStanding::kInvalid) {
      response.set_valid(false);
    }
  }
  return response;
}

}  // namespace redisop
