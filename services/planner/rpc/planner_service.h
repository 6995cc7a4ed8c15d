// The planner's gRPC service: messages in, the pure core, messages out. Nothing is kept between
// calls.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_SERVICE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_SERVICE_H_

#include "redisoperator/planner/v1/planner_service.grpc.pb.h"

namespace redisop {

class Metrics;
struct PlannerMetrics;

// Any number of calls at a time. Errors as the proto describes them; each names a field.
class PlannerServiceImpl final : public redisoperator::planner::v1::PlannerService::Service {
 public:
  // `metrics` must outlive the service.
  explicit PlannerServiceImpl(Metrics& metrics);
  ~PlannerServiceImpl() override;

  grpc::Status ComputePlan(grpc::ServerContext* context,
                           const redisoperator::planner::v1::ComputePlanRequest* request,
                           redisoperator::planner::v1::ComputePlanResponse* response) override;
  grpc::Status SimulatePlan(grpc::ServerContext* context,
                            const redisoperator::planner::v1::SimulatePlanRequest* request,
                            redisoperator::planner::v1::SimulatePlanResponse* response) override;
  grpc::Status CheckPlan(grpc::ServerContext* context,
                         const redisoperator::planner::v1::CheckPlanRequest* request,
                         redisoperator::planner::v1::CheckPlanResponse* response) override;

 private:
  std::unique_ptr<PlannerMetrics> metrics_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_SERVICE_H_
