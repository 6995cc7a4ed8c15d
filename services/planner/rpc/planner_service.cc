#include "services/planner/rpc/planner_service.h"

#include <string_view>
#include <utility>

#include "common/base/clock.h"
#include "common/obs/metrics.h"
#include "common/rpc/status_convert.h"
#include "services/planner/rpc/planner_calls.h"

namespace redisop {

struct PlannerMetrics {
  Counter requests;
  Histogram seconds;
};

namespace {

namespace pb = redisoperator::planner::v1;

PlannerMetrics AddMetrics(Metrics& metrics) {
  MetricOptions requests{.name = "requests_total",
                         .help = "Calls that were answered",
                         .labels = {"method", "outcome"}};
  for (const char* method : {"ComputePlan", "SimulatePlan", "CheckPlan"}) {
    requests.initial.push_back({method, "ok"});
    requests.initial.push_back({method, "refused"});
  }
  return {metrics.AddCounter(requests),
          metrics.AddHistogram({.name = "request_duration_seconds",
                                .help = "Time to answer a call",
                                .labels = {"method"},
                                .buckets = {0.0001, 0.001, 0.01, 0.1, 1, 10}})};
}

// Runs one call, counts it, and hands the result over.
template <typename Request, typename Response, typename Answer>
grpc::Status Serve(std::string_view method, const PlannerMetrics& metrics, const Request& request,
                   Response* response, Answer answer) {
  const absl::Duration start = SystemClock().Monotonic();
  absl::StatusOr<Response> result = answer(request);
  metrics.seconds.Observe(absl::ToDoubleSeconds(SystemClock().Monotonic() - start), {method});
  metrics.requests.Increment({method, result.ok() ? "ok" : "refused"});
  if (!result.ok()) {
    return ToGrpc(result.status());
  }
  *response = *std::move(result);
  return grpc::Status::OK;
}

}  // namespace

PlannerServiceImpl::PlannerServiceImpl(Metrics& metrics)
    : metrics_(std::make_unique<PlannerMetrics>(AddMetrics(metrics))) {}

PlannerServiceImpl::~PlannerServiceImpl() = default;

grpc::Status PlannerServiceImpl::ComputePlan(grpc::ServerContext* /*context*/,
                                             const pb::ComputePlanRequest* request,
                                             pb::ComputePlanResponse* response) {
  return Serve("ComputePlan", *metrics_, *request, response, AnswerComputePlan);
}

grpc::Status PlannerServiceImpl::SimulatePlan(grpc::ServerContext* /*context*/,
                                              const pb::SimulatePlanRequest* request,
                                              pb::SimulatePlanResponse* response) {
  return Serve("SimulatePlan", *metrics_, *request, response, AnswerSimulatePlan);
}

grpc::Status PlannerServiceImpl::CheckPlan(grpc::ServerContext* /*context*/,
                                           const pb::CheckPlanRequest* request,
                                           pb::CheckPlanResponse* response) {
  return Serve("CheckPlan", *metrics_, *request, response, AnswerCheckPlan);
}

}  // namespace redisop
