#include "services/k8s-bridge/bridge.h"

#include <fmt/format.h>

#include "common/base/random.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/kube/curl_kube_api.h"
#include "common/kube/leader_elector.h"
#include "common/obs/http_endpoint.h"
#include "common/rpc/server_runner.h"
#include "common/rpc/signals.h"
#include "services/k8s-bridge/controller/controller.h"
#include "services/k8s-bridge/observe/grpc_agent_api.h"
#include "services/k8s-bridge/planner/grpc_planner_api.h"
#include "services/k8s-bridge/rpc/bridge_service.h"

namespace redisop {
namespace {

constexpr absl::Duration kDrain = absl::Seconds(5);
// A full last pass and its writes.
constexpr absl::Duration kLook = absl::Milliseconds(100);

// Each start is another candidate. In one pod they follow one another: who was killed there need
// not be waited for.
LeaderElectorOptions ElectorOptionsOf(const BridgeOptions& options) {
  const std::string place = fmt::format("{}_{}_", options.identity, options.pod_uid);
  return {.namespace_name = options.lease_namespace,
          .lease_name = options.lease_name,
          .identity = fmt::format("{}{:08x}", place, SystemRandom().Next() & 0xffffffff),
          .predecessors = options.pod_uid.empty() ? "" : place};
}

class BridgeImpl : public Bridge {
 public:
  BridgeImpl(const BridgeOptions& options, std::unique_ptr<KubeApi> kube,
             std::unique_ptr<PlannerApi> planner)
      : options_(options),
        kube_(std::move(kube)),
        planner_(std::move(planner)),
        agents_(MakeGrpcAgentApi(options.security, clock_)),
        queue_(clock_),
        informers_(*kube_, clock_, SystemRandom(), options.watch_namespaces,
                   [this](const std::string& key, bool background) {
                     queue_.Add(key,
                                background ? WorkPriority::kBackground : WorkPriority::kNormal);
                   }),
        events_(*kube_, clock_, SystemRandom(),
                {.controller = "redisoperator.io/k8s-bridge", .instance = options.identity},
                [this] { event_thread_.Wake(); }),
        event_thread_([this] { return events_.Step(); }),
        elector_(*kube_, clock_, SystemRandom(), ElectorOptionsOf(options)),
        elector_thread_([this] { return elector_.Step(); }),
        bridge_metrics_(metrics_),
        context_{.kube = *kube_,
                 .informers = informers_,
                 .agents = *agents_,
                 .planner = *planner_,
                 .clock = clock_,
                 .events = events_,
                 .metrics = bridge_metrics_,
                 .board = board_,
                 .pod_parts = {.agent_image = options.agent_image,
                               .agent_port = options.agent_port,
                               .plaintext = options.security.plaintext},
                 .fencing_token = [this] { return elector_.FencingToken(); },
                 .wake = [this](const std::string& key) { queue_.Add(key); }},
        controller_(context_, queue_),
        service_(board_, *planner_, clock_, [this] { return Leading(); }) {}

  ~BridgeImpl() override {
    service_.Stop();
    if (server_ != nullptr) {
      server_->Drain(kDrain);
    }
    controller_.Stop();
    elector_thread_.Stop();
    event_thread_.Stop();
  }

  absl::Status Listen() {
    ASSIGN_OR_RETURN(http_, HttpEndpoint::Start({.listen_address = options_.http_listen,
                                                 .metrics = &metrics_,
                                                 .healthy = nullptr,
                                                 .ready = [this] { return Synced(); },
                                                 .handlers = {}}));
    ServerOptions server;
    server.listen_address = options_.listen;
    server.security = options_.security;
    ASSIGN_OR_RETURN(server_, ServerRunner::Start(
                                  server, {{&service_, "redisoperator.bridge.v1.BridgeService"}}));
    return absl::OkStatus();
  }

  absl::Status Run(TerminationSignals& signals) override;

 private:
  absl::Status Synced() const {
    return informers_.HasSynced()
               ? absl::OkStatus()
               : MakeStatus(absl::StatusCode::kUnavailable, "has not read all objects yet");
  }

  absl::Status Leading() const {
    return elector_.IsLeader() ? absl::OkStatus()
                               : MakeStatus(absl::StatusCode::kFailedPrecondition,
                                            fmt::format("the leader is {}", elector_.Holder()));
  }

  void BeginLeading();

  const BridgeOptions options_;
  const Clock& clock_ = SystemClock();
  const Logger log_ = Logger("bridge");
  std::unique_ptr<KubeApi> kube_;
  std::unique_ptr<PlannerApi> planner_;
  std::unique_ptr<AgentApi> agents_;
  WorkQueue queue_;
  Informers informers_;
  EventRecorder events_;
  StepThread event_thread_;
  LeaderElector elector_;
  StepThread elector_thread_;
  Metrics metrics_{"redis_operator_"};
  BridgeMetrics bridge_metrics_;
  ClusterBoard board_;
  BridgeContext context_;
  Controller controller_;
  BridgeServiceImpl service_;
  std::unique_ptr<ServerRunner> server_;
  std::unique_ptr<HttpEndpoint> http_;
};

void BridgeImpl::BeginLeading() {
  log_.Info("Became leader", {{"token", elector_.FencingToken().value_or(0)}});
  bridge_metrics_.Leading(true);
  controller_.Start(options_.workers);
}

absl::Status BridgeImpl::Run(TerminationSignals& signals) {
  log_.Info("Started bridge", {{"planner", options_.planner}, {"identity", options_.identity}});
  informers_.Start();
  event_thread_.Start();
  elector_thread_.Start();
  bool led = false;
  std::string told;
  while (signals.WaitFor(kLook) == 0) {
    if (led && !elector_.IsLeader()) {
      return MakeStatus(absl::StatusCode::kAborted,
                        fmt::format("the lease was lost: {}", ToString(elector_.LastError())));
    }
    if (!led && elector_.IsLeader() && informers_.HasSynced()) {
      led = true;
      BeginLeading();
    }
    // What keeps it from working is told once, not every 100 ms.
    const absl::Status trouble =
        informers_.LastError().ok() ? elector_.LastError() : informers_.LastError();
    if (ToString(trouble) != told) {
      told = ToString(trouble);
      if (!trouble.ok()) {
        log_.Warn("Kubernetes could not be reached", {{"err", trouble}});
      }
    }
  }
  log_.Info("Ending");
  controller_.Stop();
  elector_thread_.Stop();
  events_.Step();
  return elector_.Release();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Bridge>> Bridge::Make(const BridgeOptions& options) {
  ASSIGN_OR_RETURN(KubeConfig config, DefaultKubeConfig(options.kubeconfig));
  ASSIGN_OR_RETURN(auto kube,
                   MakeCurlKubeApi(std::move(config), {.user_agent = "redis-operator-bridge"}));
  ASSIGN_OR_RETURN(auto planner, MakeGrpcPlannerApi(options.planner, options.security));
  auto bridge = std::make_unique<BridgeImpl>(options, std::move(kube), std::move(planner));
  RETURN_IF_ERROR(bridge->Listen());
  return bridge;
}

}  // namespace redisop
