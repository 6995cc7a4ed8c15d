#include "services/k8s-bridge/observe/grpc_node_watch.h"

#include "absl/synchronization/notification.h"
#include "common/rpc/status_convert.h"
#include "grpcpp/client_context.h"

namespace redisop {
namespace {

namespace agentpb = redisoperator::agent::v1;

// A quiet cluster's stream lives this long, then another agent is asked: no agent is trusted for
// ever.
constexpr absl::Duration kStreamMax = absl::Minutes(10);

class GrpcNodeWatch : public NodeWatch, public grpc::ClientReadReactor<agentpb::WatchNodeResponse> {
 public:
  GrpcNodeWatch(std::shared_ptr<agentpb::AgentService::Stub> stub, const std::string& pod_uid,
                absl::Duration heartbeat, std::function<void(const std::string&)> changed,
                std::function<void(absl::Status)> ended)
      : stub_(std::move(stub)), changed_(std::move(changed)), ended_(std::move(ended)) {
    request_.set_pod_uid(pod_uid);
    request_.set_heartbeat_seconds(absl::ToDoubleSeconds(heartbeat));
    context_.set_deadline(absl::ToChronoTime(absl::Now() + kStreamMax));
    stub_->async()->WatchNode(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }

  ~GrpcNodeWatch() override {
    context_.TryCancel();
    done_.WaitForNotification();
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      return;
    }
    if (response_.has_observation()) {
      changed_(response_.observation().view_digest());
    }
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& status) override {
    ended_(FromGrpc(status));
    done_.Notify();
  }

 private:
  const std::shared_ptr<agentpb::AgentService::Stub> stub_;
  const std::function<void(const std::string&)> changed_;
  const std::function<void(absl::Status)> ended_;
  grpc::ClientContext context_;
  agentpb::WatchNodeRequest request_;
  agentpb::WatchNodeResponse response_;
  absl::Notification done_;
};

class NoWatch : public NodeWatch {};

}  // namespace

std::unique_ptr<NodeWatch> StartGrpcNodeWatch(std::shared_ptr<agentpb::AgentService::Stub> stub,
                                              const std::string& pod_uid, absl::Duration heartbeat,
                                              std::function<void(const std::string&)> changed,
                                              std::function<void(absl::Status)> ended) {
  return std::make_unique<GrpcNodeWatch>(std::move(stub), pod_uid, heartbeat, std::move(changed),
                                         std::move(ended));
}

std::unique_ptr<NodeWatch> FailedNodeWatch(const absl::Status& status,
                                           std::function<void(absl::Status)> ended) {
  ended(status);
  return std::make_unique<NoWatch>();
}

}  // namespace redisop
