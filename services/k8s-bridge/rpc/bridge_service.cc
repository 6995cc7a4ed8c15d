#include "services/k8s-bridge/rpc/bridge_service.h"

#include <fmt/format.h>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/kube/object.h"
#include "common/rpc/deadline.h"
#include "common/rpc/status_convert.h"
#include "common/wire/plan_wire.h"
#include "common/wire/topology_wire.h"
#include "services/k8s-bridge/observe/agent_wire.h"

namespace redisop {
namespace {

namespace bridgepb = redisoperator::bridge::v1;

// Each stream holds a thread of the server.
constexpr int kWatchersMax = 8;
constexpr absl::Duration kLook = absl::Milliseconds(500);
constexpr absl::Duration kPlannerMax = absl::Seconds(10);

bridgepb::WatchProgressResponse ProgressProto(const ClusterReport& report) {
  bridgepb::WatchProgressResponse response;
  response.set_plan_digest(report.plan_digest);
  response.set_seconds_left(report.seconds_left);
  for (const StepReport& step : report.steps) {
    bridgepb::StepProgress* progress = response.add_steps();
    *progress->mutable_step() = ToProto(step.step);
    progress->set_state(step.state);
    if (!step.agent.id.empty()) {
      *progress->mutable_agent() = ToProto(step.agent);
    }
  }
  return response;
}

}  // namespace

absl::StatusOr<ClusterReportPtr> BridgeServiceImpl::Find(const std::string& namespace_name,
                                                         const std::string& name) const {
  RETURN_IF_ERROR(leading_());
  if (namespace_name.empty() || name.empty()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      namespace_name.empty() ? "namespace: is required" : "name: is required");
  }
  ClusterReportPtr report = board_.Get(ObjectKey(namespace_name, name));
  if (report == nullptr) {
    return MakeStatus(absl::StatusCode::kNotFound,
                      fmt::format("no RedisCluster {} in namespace {}", name, namespace_name));
  }
  return report;
}

grpc::Status BridgeServiceImpl::ListClusters(grpc::ServerContext*,
                                             const bridgepb::ListClustersRequest* request,
                                             bridgepb::ListClustersResponse* response) {
  if (absl::Status leading = leading_(); !leading.ok()) {
    return ToGrpc(leading);
  }
  for (const ClusterReportPtr& report : board_.List()) {
    if (!request->namespace_().empty() && request->namespace_() != report->namespace_name) {
      continue;
    }
    bridgepb::ClusterSummary* summary = response->add_clusters();
    summary->set_namespace_(report->namespace_name);
    summary->set_name(report->name);
    summary->set_uid(report->uid);
    summary->set_ready(report->ready);
    summary->set_message(report->message);
  }
  return grpc::Status::OK;
}

grpc::Status BridgeServiceImpl::GetSnapshot(grpc::ServerContext*,
                                            const bridgepb::GetSnapshotRequest* request,
                                            bridgepb::GetSnapshotResponse* response) {
  absl::StatusOr<ClusterReportPtr> report = Find(request->namespace_(), request->name());
  if (!report.ok()) {
    return ToGrpc(report.status());
  }
  if (!(*report)->observed) {
    return ToGrpc(MakeStatus(absl::StatusCode::kUnavailable, "no node has answered yet"));
  }
  *response->mutable_snapshot() = ToProto((*report)->snapshot);
  response->set_age_seconds(absl::ToDoubleSeconds(clock_.Monotonic() - (*report)->observed_at));
  return grpc::Status::OK;
}

grpc::Status BridgeServiceImpl::PreviewPlan(grpc::ServerContext* context,
                                            const bridgepb::PreviewPlanRequest* request,
                                            bridgepb::PreviewPlanResponse* response) {
  absl::StatusOr<ClusterReportPtr> report = Find(request->namespace_(), request->name());
  if (!report.ok()) {
    return ToGrpc(report.status());
  }
  if (!(*report)->observed) {
    return ToGrpc(MakeStatus(absl::StatusCode::kUnavailable, "no node has answered yet"));
  }
  ClusterSpec spec = (*report)->spec;
  if (request->has_number_of_primaries()) {
    spec.number_of_primaries = request->number_of_primaries();
  }
  if (request->has_replication_factor()) {
    spec.replication_factor = request->replication_factor();
  }
  absl::StatusOr<PlannerAnswer> answer = planner_.ComputePlan(
      spec, (*report)->snapshot, (*report)->policy, TimeLeft(*context, kPlannerMax));
  if (!answer.ok()) {
    return ToGrpc(answer.status());
  }
  *response->mutable_plan() = ToProto(answer->plan);
  response->set_text(answer->text);
  return grpc::Status::OK;
}

grpc::Status BridgeServiceImpl::WatchProgress(
    grpc::ServerContext* context, const bridgepb::WatchProgressRequest* request,
    grpc::ServerWriter<bridgepb::WatchProgressResponse>* writer) {
  absl::StatusOr<ClusterReportPtr> report = Find(request->namespace_(), request->name());
  if (!report.ok()) {
    return ToGrpc(report.status());
  }
  if (++watchers_ > kWatchersMax) {
    --watchers_;
    return ToGrpc(MakeStatus(absl::StatusCode::kResourceExhausted,
                             fmt::format("{} watchers are the most", kWatchersMax)));
  }
  const std::string key = ObjectKey(request->namespace_(), request->name());
  ClusterReportPtr seen = *report;
  std::string last;
  while (seen != nullptr && !context->IsCancelled() && !stopping_) {
    const bridgepb::WatchProgressResponse progress = ProgressProto(*seen);
    if (std::string bytes = progress.SerializeAsString(); bytes != last || last.empty()) {
      last = std::move(bytes);
      if (!writer->Write(progress)) {
        break;
      }
    }
    seen = board_.AwaitNews(key, seen, kLook);
  }
  --watchers_;
  return seen == nullptr
             ? ToGrpc(MakeStatus(absl::StatusCode::kNotFound, "the RedisCluster was deleted"))
             : grpc::Status::OK;
}

}  // namespace redisop
