// The planner's gRPC service: bytes in, the pure core, bytes out. Nothing is kept between calls.
//
// Calls are answered by a few threads in the order of their arrival (work_pool.h) and stay
// undecoded until it is their turn, so that many callers at a time cost little memory.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_SERVICE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_SERVICE_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "redisoperator/planner/v1/planner_service.grpc.pb.h"
#include "services/planner/rpc/work_pool.h"

namespace redisop {

class Metrics;
struct PlannerMetrics;

struct PlannerServiceLimits {
  WorkPool::Limits work;
  // What a request may take in memory when it is decoded (common/wire/decoded_size.h).
  size_t decoded_bytes_max = size_t{64} << 20;
};

using PlannerServiceBase = redisoperator::planner::v1::PlannerService;

// Any number of calls at a time. Errors as the proto describes them: INVALID_ARGUMENT names a
// field, RESOURCE_EXHAUSTED says what to do.
class PlannerServiceImpl final
    : public PlannerServiceBase::WithRawCallbackMethod_ComputePlan<
          PlannerServiceBase::WithRawCallbackMethod_SimulatePlan<
              PlannerServiceBase::WithRawCallbackMethod_CheckPlan<PlannerServiceBase::Service>>> {
 public:
  // `metrics` must outlive the service, and the service the server.
  PlannerServiceImpl(const PlannerServiceLimits& limits, Metrics& metrics);
  ~PlannerServiceImpl() override;

  grpc::ServerUnaryReactor* ComputePlan(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SimulatePlan(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CheckPlan(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;

 private:
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Serve(const char* method, grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
                                  absl::StatusOr<Response> (*answer)(const Request&));

  const size_t decoded_bytes_max_;
  const std::unique_ptr<PlannerMetrics> metrics_;
  WorkPool pool_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_RPC_PLANNER_SERVICE_H_
