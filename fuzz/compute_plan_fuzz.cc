// ComputePlan, and with every plan it makes SimulatePlan and CheckPlan.

#include <cstdint>
#include <memory>
#include <string>

#include "common/wire/plan_wire.h"
#include "common/wire/topology_wire.h"
#include "fuzz/request_target.h"
#include "redisoperator/planner/v1/planner_service.pb.h"
#include "services/planner/core/invariants.h"
#include "services/planner/rpc/planner_calls.h"

namespace redisop::fuzz {

namespace pb = redisoperator::planner::v1;

namespace {

// Wishes for more nodes are left out: with sanitizers each takes seconds, and thousands are tried.
constexpr int64_t kWishedNodesMax = 200;

bool IsHuge(const pb::ClusterSpec& spec) {
  const absl::StatusOr<ClusterSpec> wish = FromProto(spec, "spec");
  return wish.ok() &&
         int64_t{wish->number_of_primaries} * (1 + wish->replication_factor) > kWishedNodesMax;
}

}  // namespace

std::unique_ptr<google::protobuf::Message> NewRequest() {
  return std::make_unique<pb::ComputePlanRequest>();
}

void TryRequest(const google::protobuf::Message& message) {
  const auto& request = static_cast<const pb::ComputePlanRequest&>(message);
  if (IsHuge(request.spec())) {
    return;
  }
  const auto computed = Answer(AnswerComputePlan, request);
  if (!computed.ok()) {
    return;
  }
  const auto snapshot = FromProto(request.snapshot(), "snapshot");
  const auto plan = FromProto(computed->plan(), "plan");
  Expect(snapshot.ok() && plan.ok(), "a plan can be read back: " + plan.status().ToString());
  for (const std::string& broken : BrokenInvariants(*snapshot, *plan)) {
    Expect(false, broken + "\n" + computed->text());
  }

  pb::SimulatePlanRequest simulate;
  *simulate.mutable_snapshot() = request.snapshot();
  *simulate.mutable_plan() = computed->plan();
  const auto simulated = Answer(AnswerSimulatePlan, simulate);
  Expect(simulated.ok(), "a plan fits its snapshot: " + simulated.status().ToString());

  pb::CheckPlanRequest check;
  *check.mutable_snapshot() = request.snapshot();
  *check.mutable_plan() = computed->plan();
  const auto checked = Answer(AnswerCheckPlan, check);
  Expect(checked.ok() && checked->valid(), "a plan is valid on its snapshot");
}

}  // namespace redisop::fuzz
