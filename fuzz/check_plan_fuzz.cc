// CheckPlan with any plan and any snapshot.

#include <algorithm>
#include <memory>

#include "fuzz/request_target.h"
#include "redisoperator/planner/v1/planner_service.pb.h"
#include "services/planner/rpc/planner_calls.h"

namespace redisop::fuzz {

namespace pb = redisoperator::planner::v1;

std::unique_ptr<google::protobuf::Message> NewRequest() {
  return std::make_unique<pb::CheckPlanRequest>();
}

void TryRequest(const google::protobuf::Message& message) {
  const auto& request = static_cast<const pb::CheckPlanRequest&>(message);
  const auto checked = Answer(AnswerCheckPlan, request);
  if (!checked.ok()) {
    return;
  }
  Expect(checked->steps_size() == request.plan().steps_size(), "every step is answered");
  const auto invalid = std::count_if(
      checked->steps().begin(), checked->steps().end(),
      [](const auto& step) { return step.state() == pb::CheckPlanResponse::StepState::INVALID; });
  Expect(checked->valid() == (invalid == 0), "valid means that no step is invalid");
}

}  // namespace redisop::fuzz
