#include "services/k8s-bridge/observe/grpc_agent_api.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/status.h"
#include "common/rpc/deadline.h"
#include "common/rpc/status_convert.h"
#include "grpcpp/client_context.h"
#include "services/k8s-bridge/observe/agent_channels.h"
#include "services/k8s-bridge/observe/agent_wire.h"
#include "services/k8s-bridge/observe/grpc_node_watch.h"

namespace redisop {
namespace {

namespace agentpb = redisoperator::agent::v1;
using Stub = AgentChannels::Stub;

// Counts calls that run, and waits until none does.
class Running {
 public:
  void Add(int delta) {
    absl::MutexLock lock(&mutex_);
    count_ += delta;
  }
  void AwaitZero() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](int* count) { return *count == 0; }, &count_));
  }

 private:
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

// One asynchronous call with all it needs until its end.
template <typename Request, typename Response>
struct Call {
  std::shared_ptr<Stub> stub;
  std::unique_ptr<grpc::ClientContext> context;
  Request request;
  Response response;
  absl::Status status;
};

// Sends one request to each target at the same time and waits for all answers. `send` starts the
// call on the stub's asynchronous interface.
template <typename Request, typename Response, typename Send>
std::vector<Call<Request, Response>> CallAll(AgentChannels& channels,
                                             std::vector<std::pair<std::string, Request>> requests,
                                             absl::Duration timeout, Send send) {
  std::vector<Call<Request, Response>> calls(requests.size());
  Running running;
  for (size_t i = 0; i < calls.size(); ++i) {
    Call<Request, Response>& call = calls[i];
    absl::StatusOr<std::shared_ptr<Stub>> stub = channels.Get(requests[i].first);
    if (!stub.ok()) {
      call.status = stub.status();
      continue;
    }
    call.stub = *std::move(stub);
    call.context = MakeClientContext(timeout);
    call.request = std::move(requests[i].second);
    running.Add(1);
    send(call, [&call, &running](const grpc::Status& status) {
      call.status = FromGrpc(status);
      running.Add(-1);
    });
  }
  running.AwaitZero();
  return calls;
}

class GrpcAgentApi : public AgentApi {
 public:
  GrpcAgentApi(const TransportSecurity& security, const Clock& clock)
      : channels_(security, clock) {}

  ~GrpcAgentApi() override {
    {
      absl::MutexLock lock(&mutex_);
      for (const auto& [id, call] : waiting_) {
        call->context->TryCancel();
      }
    }
    running_.AwaitZero();
  }

  std::vector<absl::StatusOr<NodeObservation>> Observe(const std::vector<AgentAddress>& agents,
                                                       absl::Duration timeout) override {
    std::vector<std::pair<std::string, agentpb::ObserveRequest>> requests;
    for (const AgentAddress& agent : agents) {
      requests.emplace_back(agent.target, agentpb::ObserveRequest());
      requests.back().second.set_pod_uid(agent.pod_uid);
    }
    auto calls = CallAll<agentpb::ObserveRequest, agentpb::ObserveResponse>(
        channels_, std::move(requests), timeout, [](auto& call, auto done) {
          call.stub->async()->Observe(call.context.get(), &call.request, &call.response, done);
        });
    std::vector<absl::StatusOr<NodeObservation>> results;
    for (const auto& call : calls) {
      if (call.status.ok()) {
        results.push_back(FromProto(call.response.observation()));
      } else {
        results.push_back(call.status);
      }
    }
    return results;
  }

  std::vector<absl::StatusOr<AgentStep>> StartSteps(const std::vector<StartRequest>& starts,
                                                    absl::Duration timeout) override {
    std::vector<std::pair<std::string, agentpb::StartStepRequest>> requests;
    for (const StartRequest& start : starts) {
      requests.emplace_back(start.agent.target, ToProto(start));
    }
    auto calls = CallAll<agentpb::StartStepRequest, agentpb::StartStepResponse>(
        channels_, std::move(requests), timeout, [](auto& call, auto done) {
          call.stub->async()->StartStep(call.context.get(), &call.request, &call.response, done);
        });
    std::vector<absl::StatusOr<AgentStep>> results;
    for (const auto& call : calls) {
      if (call.status.ok()) {
        results.push_back(FromProto(call.response.state()));
      } else {
        results.push_back(call.status);
      }
    }
    return results;
  }

  std::vector<absl::Status> CancelSteps(const std::vector<CancelRequest>& cancels,
                                        absl::Duration timeout) override {
    std::vector<std::pair<std::string, agentpb::CancelStepRequest>> requests;
    for (const CancelRequest& cancel : cancels) {
      requests.emplace_back(cancel.agent.target, ToProto(cancel));
    }
    auto calls = CallAll<agentpb::CancelStepRequest, agentpb::CancelStepResponse>(
        channels_, std::move(requests), timeout, [](auto& call, auto done) {
          call.stub->async()->CancelStep(call.context.get(), &call.request, &call.response, done);
        });
    std::vector<absl::Status> results;
    for (const auto& call : calls) {
      results.push_back(call.status);
    }
    return results;
  }

  void NotifyWhenEnded(const AgentAddress& agent, const std::string& step_id,
                       absl::Duration timeout, std::function<void()> changed) override;

  std::unique_ptr<NodeWatch> WatchNode(const AgentAddress& agent, absl::Duration heartbeat,
                                       std::function<void(const std::string&)> changed,
                                       std::function<void(absl::Status)> ended) override {
    absl::StatusOr<std::shared_ptr<Stub>> stub = channels_.Get(agent.target);
    return stub.ok() ? StartGrpcNodeWatch(*std::move(stub), agent.pod_uid, heartbeat,
                                          std::move(changed), std::move(ended))
                     : FailedNodeWatch(stub.status(), std::move(ended));
  }

 private:
  using EndCall = Call<agentpb::GetStepRequest, agentpb::GetStepResponse>;

  AgentChannels channels_;
  Running running_;
  absl::Mutex mutex_;
  int64_t next_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<int64_t, std::unique_ptr<EndCall>> waiting_ ABSL_GUARDED_BY(mutex_);
};

void GrpcAgentApi::NotifyWhenEnded(const AgentAddress& agent, const std::string& step_id,
                                   absl::Duration timeout, std::function<void()> changed) {
  absl::StatusOr<std::shared_ptr<Stub>> stub = channels_.Get(agent.target);
  if (!stub.ok()) {
    changed();
    return;
  }
  auto owned = std::make_unique<EndCall>();
  EndCall* call = owned.get();
  call->stub = *std::move(stub);
  // The agent answers within the wait; the margin is for the way.
  call->context = MakeClientContext(timeout + absl::Seconds(2));
  call->request.set_pod_uid(agent.pod_uid);
  call->request.set_step_id(step_id);
  call->request.set_wait_milliseconds(
      static_cast<uint32_t>(std::min<int64_t>(absl::ToInt64Milliseconds(timeout), 30000)));
  running_.Add(1);
  int64_t id;
  {
    absl::MutexLock lock(&mutex_);
    id = next_id_++;
    waiting_[id] = std::move(owned);
  }
  call->stub->async()->GetStep(call->context.get(), &call->request, &call->response,
                               [this, id, changed = std::move(changed)](const grpc::Status&) {
                                 changed();
                                 {
                                   absl::MutexLock lock(&mutex_);
                                   waiting_.erase(id);
                                 }
                                 running_.Add(-1);
                               });
}

}  // namespace

std::unique_ptr<AgentApi> MakeGrpcAgentApi(const TransportSecurity& security, const Clock& clock) {
  return std::make_unique<GrpcAgentApi>(security, clock);
}

}  // namespace redisop
