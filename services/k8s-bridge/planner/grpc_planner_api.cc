#include "services/k8s-bridge/planner/grpc_planner_api.h"

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/rpc/channel_factory.h"
#include "common/rpc/deadline.h"
#include "common/rpc/status_convert.h"
#include "common/wire/plan_wire.h"
#include "common/wire/topology_wire.h"
#include "grpcpp/client_context.h"
#include "redisoperator/planner/v1/planner_service.grpc.pb.h"

namespace redisop {
namespace {

namespace plannerpb = redisoperator::planner::v1;

class GrpcPlannerApi : public PlannerApi {
 public:
  explicit GrpcPlannerApi(std::shared_ptr<grpc::Channel> channel)
      : channel_(std::move(channel)), stub_(plannerpb::PlannerService::NewStub(channel_)) {}

  absl::StatusOr<PlannerAnswer> ComputePlan(const ClusterSpec& spec,
                                            const ClusterSnapshot& snapshot, const Policy& policy,
                                            absl::Duration timeout) override {
    plannerpb::ComputePlanRequest request;
    *request.mutable_spec() = ToProto(spec);
    *request.mutable_snapshot() = ToProto(snapshot);
    *request.mutable_policy() = ToProto(policy);
    plannerpb::ComputePlanResponse response;
    const std::unique_ptr<grpc::ClientContext> context = MakeClientContext(timeout);
    const absl::Status status = FromGrpc(stub_->ComputePlan(context.get(), request, &response));
    if (absl::IsUnavailable(status)) {
      ConnectAnew(*channel_);
    }
    RETURN_IF_ERROR(status);
    PlannerAnswer answer;
    ASSIGN_OR_RETURN(answer.plan, FromProto(response.plan(), "plan"));
    answer.text = response.text();
    return answer;
  }

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<plannerpb::PlannerService::Stub> stub_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PlannerApi>> MakeGrpcPlannerApi(const std::string& target,
                                                               const TransportSecurity& security) {
  ChannelOptions options;
  options.security = security;
  options.retried_methods = {"redisoperator.planner.v1.PlannerService/ComputePlan"};
  ASSIGN_OR_RETURN(const auto channel, MakeChannel(target, options));
  return std::unique_ptr<PlannerApi>(std::make_unique<GrpcPlannerApi>(channel));
}

}  // namespace redisop
