// redisoperator.bridge.v1.BridgeService: what the bridge knows, for people and the plugin. Thin:
// reads the board, asks the planner.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_RPC_BRIDGE_SERVICE_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_RPC_BRIDGE_SERVICE_H_

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "redisoperator/bridge/v1/bridge_service.grpc.pb.h"
#include "services/k8s-bridge/controller/cluster_board.h"
#include "services/k8s-bridge/planner/planner_api.h"

namespace redisop {

class BridgeServiceImpl : public redisoperator::bridge::v1::BridgeService::Service {
 public:
  // The arguments must outlive the service. `leading` is OK while this bridge is the leader, else
  // kFailedPrecondition with the holder's name.
  BridgeServiceImpl(const ClusterBoard& board, PlannerApi& planner, const Clock& clock,
                    std::function<absl::Status()> leading)
      : board_(board), planner_(planner), clock_(clock), leading_(std::move(leading)) {}

  // Ends the streams that run, so that the server can drain.
  void Stop() { stopping_ = true; }

  grpc::Status ListClusters(grpc::ServerContext* context,
                            const redisoperator::bridge::v1::ListClustersRequest* request,
                            redisoperator::bridge::v1::ListClustersResponse* response) override;
  grpc::Status GetSnapshot(grpc::ServerContext* context,
                           const redisoperator::bridge::v1::GetSnapshotRequest* request,
                           redisoperator::bridge::v1::GetSnapshotResponse* response) override;
  grpc::Status PreviewPlan(grpc::ServerContext* context,
                           const redisoperator::bridge::v1::PreviewPlanRequest* request,
                           redisoperator::bridge::v1::PreviewPlanResponse* response) override;
  grpc::Status WatchProgress(
      grpc::ServerContext* context, const redisoperator::bridge::v1::WatchProgressRequest* request,
      grpc::ServerWriter<redisoperator::bridge::v1::WatchProgressResponse>* writer) override;

 private:
  absl::StatusOr<ClusterReportPtr> Find(const std::string& namespace_name,
                                        const std::string& name) const;

  const ClusterBoard& board_;
  PlannerApi& planner_;
  const Clock& clock_;
  const std::function<absl::Status()> leading_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> watchers_ = 0;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_RPC_BRIDGE_SERVICE_H_
