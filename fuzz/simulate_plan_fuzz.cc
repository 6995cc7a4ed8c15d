// SimulatePlan with any snapshot and any plan.

#include <memory>

#include "fuzz/request_target.h"
#include "redisoperator/planner/v1/planner_service.pb.h"
#include "services/planner/rpc/planner_calls.h"

namespace redisop::fuzz {

namespace pb = redisoperator::planner::v1;

std::unique_ptr<google::protobuf::Message> NewRequest() {
  return std::make_unique<pb::SimulatePlanRequest>();
}

void TryRequest(const google::protobuf::Message& message) {
  const auto simulated =
      Answer(AnswerSimulatePlan, static_cast<const pb::SimulatePlanRequest&>(message));
  if (!simulated.ok()) {
    return;
  }
  pb::SimulatePlanRequest nothing_more;
  *nothing_more.mutable_snapshot() = simulated->snapshot();
  nothing_more.mutable_plan();
  const auto same = Answer(AnswerSimulatePlan, nothing_more);
  Expect(same.ok(),
         "the result is a snapshot that can be given again: " + same.status().ToString());
  Expect(same->SerializeAsString() == simulated->SerializeAsString(),
         "a plan without steps changes nothing");
}

}  // namespace redisop::fuzz
