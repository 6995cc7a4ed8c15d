#include "services/planner/rpc/planner_service.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/obs/metrics.h"
#include "common/rpc/status_convert.h"
#include "common/wire/decoded_size.h"
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
    for (const char* outcome : {"ok", "refused", "overloaded"}) {
      requests.initial.push_back({method, outcome});
    }
  }
  return {metrics.AddCounter(requests),
          metrics.AddHistogram({.name = "request_duration_seconds",
                                .help = "Time to answer a call, without waiting for its turn",
                                .labels = {"method"},
                                .buckets = {0.0001, 0.001, 0.01, 0.1, 1, 10}})};
}

// Decodes a request unless it would become too large.
template <typename Request>
absl::StatusOr<Request> Decode(const grpc::ByteBuffer& bytes, size_t decoded_bytes_max) {
  grpc::ByteBuffer copy = bytes;  // shares the bytes
  {
    grpc::ProtoBufferReader reader(&copy);
    if (DecodedBytes(reader, *Request::descriptor(), decoded_bytes_max) > decoded_bytes_max) {
      return MakeStatus(absl::StatusCode::kResourceExhausted,
                        fmt::format("the request would take more than {} MiB in memory; send "
                                    "fewer entries",
                                    decoded_bytes_max >> 20));
    }
  }
  Request request;
  RETURN_IF_ERROR(FromGrpc(grpc::SerializationTraits<Request>::Deserialize(&copy, &request)));
  return request;
}

template <typename Request, typename Response>
absl::Status Answer(const grpc::ByteBuffer& request, size_t decoded_bytes_max,
                    absl::StatusOr<Response> (*answer)(const Request&),
                    grpc::ByteBuffer& response) {
  ASSIGN_OR_RETURN(const Request decoded, Decode<Request>(request, decoded_bytes_max));
  ASSIGN_OR_RETURN(const Response result, answer(decoded));
  bool owned = false;
  return FromGrpc(grpc::SerializationTraits<Response>::Serialize(result, &response, &owned));
}

}  // namespace

PlannerServiceImpl::PlannerServiceImpl(const PlannerServiceLimits& limits, Metrics& metrics)
    : decoded_bytes_max_(limits.decoded_bytes_max),
      metrics_(std::make_unique<PlannerMetrics>(AddMetrics(metrics))),
      pool_(limits.work) {}

PlannerServiceImpl::~PlannerServiceImpl() = default;

template <typename Request, typename Response>
grpc::ServerUnaryReactor* PlannerServiceImpl::Serve(
    const char* method, grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response, absl::StatusOr<Response> (*answer)(const Request&)) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status added = pool_.Add(request->Length(), [=, this] {
    if (context->IsCancelled()) {
      reactor->Finish(grpc::Status::CANCELLED);
      return;
    }
    const absl::Duration start = SystemClock().Monotonic();
    const absl::Status status = Answer(*request, decoded_bytes_max_, answer, *response);
    metrics_->seconds.Observe(absl::ToDoubleSeconds(SystemClock().Monotonic() - start), {method});
    metrics_->requests.Increment({method, status.ok() ? "ok" : "refused"});
    reactor->Finish(ToGrpc(status));
  });
  if (!added.ok()) {
    metrics_->requests.Increment({method, "overloaded"});
    reactor->Finish(ToGrpc(added));
  }
  return reactor;
}

grpc::ServerUnaryReactor* PlannerServiceImpl::ComputePlan(grpc::CallbackServerContext* context,
                                                          const grpc::ByteBuffer* request,
                                                          grpc::ByteBuffer* response) {
  return Serve("ComputePlan", context, request, response, AnswerComputePlan);
}

grpc::ServerUnaryReactor* PlannerServiceImpl::SimulatePlan(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           grpc::ByteBuffer* response) {
  return Serve("SimulatePlan", context, request, response, AnswerSimulatePlan);
}

grpc::ServerUnaryReactor* PlannerServiceImpl::CheckPlan(grpc::CallbackServerContext* context,
                                                        const grpc::ByteBuffer* request,
                                                        grpc::ByteBuffer* response) {
  return Serve("CheckPlan", context, request, response, AnswerCheckPlan);
}

}  // namespace redisop
