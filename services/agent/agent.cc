#include "services/agent/agent.h"

#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/obs/http_endpoint.h"
#include "common/obs/log.h"
#include "common/redis/redis_connection.h"
#include "common/rpc/server_runner.h"
#include "services/agent/agent_metrics.h"
#include "services/agent/execute/hand_over.h"
#include "services/agent/execute/node_timeout.h"
#include "services/agent/execute/step_executor.h"
#include "services/agent/managed_instance.h"
#include "services/agent/rpc/agent_service.h"
#include "services/agent/worker_pool.h"

namespace redisop {
namespace {

// One host has at most some hundred instances, each with few steps at a time.
constexpr size_t kStepThreadsMax = 512;
constexpr size_t kReadThreadsMax = 32;
constexpr size_t kQueueMax = 4096;
constexpr absl::Duration kLookAfterInterval = absl::Seconds(5);
constexpr absl::Duration kHandOverMax = absl::Seconds(10);
constexpr absl::Duration kDrain = absl::Seconds(5);

absl::StatusOr<std::unique_ptr<RedisConnector>> MakeConnector(const AgentOptions& options) {
  RedisConnectorOptions connector{.user = options.redis_user};
  if (!options.redis_password_file.empty()) {
    ASSIGN_OR_RETURN(connector.password, SystemDisk().Read(options.redis_password_file));
    connector.password.erase(connector.password.find_last_not_of("\r\n") + 1);
  }
  return MakeSocketConnector(std::move(connector));
}

// A hand-over is no step: nobody cancels it, its limit is short.
class HandOverControl : public StepControl {
 public:
  bool cancelled() const override { return cancellation_.cancelled(); }
  void Pause(absl::Duration duration) override { cancellation_.Pause(duration); }
  void Report(const StepProgress&) override {}

 private:
  StepCancellation cancellation_;
};

}  // namespace

struct Agent::Parts {
  Parts(const AgentOptions& options, std::unique_ptr<RedisConnector> connector_in)
      : connector(std::move(connector_in)),
        instances(options.instances_dir, *connector, SystemClock(), SystemDisk()),
        executor(
            *connector, SystemClock(), step_pool,
            [this](const Instance& instance, const StepState& state) { LogEnd(instance, state); }),
        service(instances, executor, read_pool, SystemClock()) {}

  void LogEnd(const Instance& instance, const StepState& state) const {
    metrics.CountStep(state);
    const std::string_view kind = KindName(state.step.kind);
    if (state.state == StepState::State::kDone) {
      log.Info("Finished step", {{"pod", instance.pod},
                                 {"step", state.step_id},
                                 {"kind", kind},
                                 {"seconds", state.running},
                                 {"result", state.text}});
    } else {
      log.Warn("Step failed", {{"pod", instance.pod},
                               {"step", state.step_id},
                               {"kind", kind},
                               {"seconds", state.running},
                               {"err", state.text}});
    }
  }

  // Once a second: new directories, and what a crash of the agent may have left.
  void LookAfter() {
    instances.Scan();
    size_t alive = 0;
    const auto all = instances.All();
    for (const auto& managed : all) {
      const Instance instance = managed->instance();
      const bool runs = SystemDisk().IsLocked(instance.File("instance.lock")).value_or(false);
      alive += runs ? 1 : 0;
      if (!managed->node_timeout_checked && managed->steps.List().empty()) {
        managed->node_timeout_checked = RestoreNodeTimeout(*connector, instance).ok();
      } else {
        managed->node_timeout_checked = true;  // a step that ran leaves no dip
      }
    }
    metrics.CountInstances(all.size(), alive);
    const absl::Status posted = read_pool.PostAfter(kLookAfterInterval, [this] { LookAfter(); });
    if (!posted.ok() && !stopping) {
      log.Error("Stopped looking after instances", {{"err", posted}});
    }
  }

  HttpReply PreStop(std::string_view query) {
    const size_t at = query.find("pod_uid=");
    const std::string pod_uid(at == std::string_view::npos ? "" : query.substr(at + 8));
    const auto managed = instances.Find(pod_uid);
    if (!managed.ok()) {
      return {.code = 404, .text = MessageOf(managed.status()) + "\n"};
    }
    HandOverControl control;
    const Instance instance = (*managed)->instance();
    const auto result = HandOver(instance, *connector, SystemClock(), control, kHandOverMax);
    log.Info(
        "Handed over before the end",
        {{"pod", instance.pod}, {"result", result.ok() ? *result : ToString(result.status())}});
    return {.code = result.ok() ? 200 : 503,
            .text = (result.ok() ? *result : ToString(result.status())) + "\n"};
  }

  absl::Status Ready() {
    return instances.All().empty()
               ? MakeStatus(absl::StatusCode::kUnavailable, "no instance directory yet")
               : absl::OkStatus();
  }

  const Logger log = Logger("agent");
  const AgentMetrics metrics;
  const std::unique_ptr<RedisConnector> connector;
  InstanceSet instances;
  WorkerPool step_pool{kStepThreadsMax, kQueueMax};
  WorkerPool read_pool{kReadThreadsMax, kQueueMax};
  StepExecutor executor;
  AgentServiceImpl service;
  std::unique_ptr<ServerRunner> server;
  std::unique_ptr<HttpEndpoint> http;
  std::atomic<bool> stopping = false;
};

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

absl::StatusOr<std::unique_ptr<Agent>> Agent::Start(const AgentOptions& options) {
  ASSIGN_OR_RETURN(auto connector, MakeConnector(options));
  auto parts = std::make_unique<Parts>(options, std::move(connector));
  Parts* const p = parts.get();
  std::unique_ptr<Agent> agent(new Agent(std::move(parts)));
  p->LookAfter();
  ASSIGN_OR_RETURN(
      p->server, ServerRunner::Start(
                     {.listen_address = options.listen, .security = options.security},
                     {{&p->service, redisoperator::agent::v1::AgentService::service_full_name()}}));
  ASSIGN_OR_RETURN(
      p->http,
      HttpEndpoint::Start(
          {.listen_address = options.http_listen,
           .metrics = &p->metrics.page(),
           .ready = [p] { return p->Ready(); },
           .handlers = {{"/prestop", [p](std::string_view query) { return p->PreStop(query); }}}}));
  return agent;
}

Agent::~Agent() { Stop(); }

std::string Agent::address() const { return parts_->server->address(); }

int Agent::http_port() const { return parts_->http->port(); }

void Agent::Stop() {
  if (parts_->stopping.exchange(true)) {
    return;
  }
  for (const auto& managed : parts_->instances.All()) {
    managed->steps.CancelAll();
  }
  parts_->service.EndStreams();
  if (parts_->server != nullptr) {
    parts_->server->Drain(kDrain);
  }
  parts_->http = nullptr;
  parts_->read_pool.Stop();
  parts_->step_pool.Stop();
}

}  // namespace redisop
