#include "services/agent/rpc/agent_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "common/base/status.h"
#include "common/rpc/status_convert.h"
#include "services/agent/rpc/convert.h"
#include "services/agent/rpc/node_watch.h"

namespace redisop {
namespace {

namespace v1 = redisoperator::agent::v1;

constexpr absl::Duration kReadTimeout = absl::Seconds(2);
constexpr absl::Duration kWaitMax = absl::Seconds(30);
constexpr size_t kStreamsMax = 512;
constexpr double kHeartbeatSecondsDefault = 10;
constexpr double kHeartbeatSecondsMax = 300;

// Runs `work` on the pool and ends the call with its status.
grpc::ServerUnaryReactor* RunOn(WorkerPool& pool, grpc::CallbackServerContext* context,
                                std::function<absl::Status()> work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::Status posted =
      pool.Post([reactor, work = std::move(work)] { reactor->Finish(ToGrpc(work())); });
  if (!posted.ok()) {
    reactor->Finish(ToGrpc(posted));
  }
  return reactor;
}

// A GetStep that waits: whoever comes first, the step's end or the time, answers; once.
class StepWait {
 public:
  StepWait(grpc::ServerUnaryReactor* reactor, v1::GetStepResponse* response)
      : reactor_(reactor), response_(response) {}

  void Answer(const absl::StatusOr<StepState>& state) {
    if (answered_.exchange(true)) {
      return;
    }
    if (state.ok()) {
      *response_->mutable_state() = ToProto(*state);
    }
    reactor_->Finish(ToGrpc(state.status()));
  }

 private:
  std::atomic<bool> answered_ = false;
  grpc::ServerUnaryReactor* const reactor_;
  v1::GetStepResponse* const response_;
};

}  // namespace

void AgentServiceImpl::Register(const std::shared_ptr<EndableStream>& stream) {
  {
    absl::MutexLock lock(&mutex_);
    std::erase_if(streams_, [](const auto& other) { return other.expired(); });
    if (!ending_ && streams_.size() < kStreamsMax) {
      streams_.push_back(stream);
      return;
    }
  }
  stream->End({grpc::StatusCode::UNAVAILABLE, "too many streams, or the agent ends"});
}

void AgentServiceImpl::EndStreams() {
  std::vector<std::weak_ptr<EndableStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    streams.swap(streams_);
  }
  for (const auto& weak : streams) {
    if (const std::shared_ptr<EndableStream> stream = weak.lock()) {
      stream->End({grpc::StatusCode::UNAVAILABLE, "the agent ends"});
    }
  }
}

grpc::ServerUnaryReactor* AgentServiceImpl::Observe(grpc::CallbackServerContext* context,
                                                    const v1::ObserveRequest* request,
                                                    v1::ObserveResponse* response) {
  return RunOn(pool_, context, [this, request, response] {
    const auto found = instances_.Find(request->pod_uid());
    if (!found.ok()) {
      return found.status();
    }
    ManagedInstance& managed = **found;
    const Observation observation =
        managed.observer.Observe(managed.instance(), Depth::kFull, kReadTimeout);
    *response->mutable_observation() =
        ToProto(observation, managed.steps.List(), clock_.Monotonic());
    return absl::OkStatus();
  });
}

grpc::ServerWriteReactor<v1::WatchNodeResponse>* AgentServiceImpl::WatchNode(
    grpc::CallbackServerContext*, const v1::WatchNodeRequest* request) {
  const auto stream = NodeWatch::Stream::Make();
  const double seconds = request->heartbeat_seconds();
  if (!std::isfinite(seconds) || (seconds != 0 && seconds < 1) || seconds > kHeartbeatSecondsMax) {
    stream->End({grpc::StatusCode::INVALID_ARGUMENT, "heartbeat_seconds: 1 to 300"});
    return stream.get();
  }
  Register(stream);
  const absl::Duration heartbeat = absl::Seconds(seconds == 0 ? kHeartbeatSecondsDefault : seconds);
  const auto watch =
      std::make_shared<NodeWatch>(instances_, request->pod_uid(), heartbeat, stream, pool_, clock_);
  stream->Keep(watch);
  watch->Start();
  return stream.get();
}

grpc::ServerUnaryReactor* AgentServiceImpl::StartStep(grpc::CallbackServerContext* context,
                                                      const v1::StartStepRequest* request,
                                                      v1::StartStepResponse* response) {
  return RunOn(pool_, context, [this, request, response] {
    auto step = FromProto(*request);
    if (!step.ok()) {
      return step.status();
    }
    const auto found = instances_.Find(step->fence.pod_uid);
    if (!found.ok()) {
      return found.status();
    }
    const auto state = executor_.Start(*found, *std::move(step));
    if (state.ok()) {
      *response->mutable_state() = ToProto(*state);
    }
    return state.status();
  });
}

grpc::ServerUnaryReactor* AgentServiceImpl::GetStep(grpc::CallbackServerContext* context,
                                                    const v1::GetStepRequest* request,
                                                    v1::GetStepResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const auto wait = std::make_shared<StepWait>(reactor, response);
  const auto found = instances_.Find(request->pod_uid());
  if (!found.ok()) {
    wait->Answer(found.status());
    return reactor;
  }
  const absl::Duration limit = std::min(absl::Milliseconds(request->wait_milliseconds()), kWaitMax);
  const auto watcher = std::make_shared<StepRegistry::Watcher>([wait](const StepState& state) {
    if (state.state != StepState::State::kRunning) {
      wait->Answer(state);
    }
  });
  // The request can be gone as soon as it is watched: an answer ends the call.
  std::string step_id = request->step_id();
  const auto now = (*found)->steps.Watch(step_id, watcher);
  if (!now.ok() || now->state != StepState::State::kRunning || limit <= absl::ZeroDuration()) {
    wait->Answer(now);
    return reactor;
  }
  // Holds the watcher for as long as it is needed.
  const absl::Status posted =
      pool_.PostAfter(limit, [wait, watcher, instance = *found, step_id = std::move(step_id)] {
        wait->Answer(instance->steps.Find(step_id));
      });
  if (!posted.ok()) {
    wait->Answer(now);
  }
  return reactor;
}

grpc::ServerWriteReactor<v1::WatchStepResponse>* AgentServiceImpl::WatchStep(
    grpc::CallbackServerContext*, const v1::WatchStepRequest* request) {
  using Stream = LatestStream<v1::WatchStepResponse>;
  const auto stream = Stream::Make();
  Register(stream);
  const auto push = [weak = std::weak_ptr<Stream>(stream)](const StepState& state) {
    if (const std::shared_ptr<Stream> alive = weak.lock()) {
      v1::WatchStepResponse response;
      *response.mutable_state() = ToProto(state);
      alive->Push(std::move(response));
      if (state.state != StepState::State::kRunning) {
        alive->End(grpc::Status::OK);
      }
    }
  };
  const auto found = instances_.Find(request->pod_uid());
  if (!found.ok()) {
    stream->End(ToGrpc(found.status()));
    return stream.get();
  }
  const auto watcher = std::make_shared<StepRegistry::Watcher>(push);
  stream->Keep(watcher);
  const auto now = (*found)->steps.Watch(request->step_id(), watcher);
  if (now.ok()) {
    push(*now);
  } else {
    stream->End(ToGrpc(now.status()));
  }
  return stream.get();
}

grpc::ServerUnaryReactor* AgentServiceImpl::CancelStep(grpc::CallbackServerContext* context,
                                                       const v1::CancelStepRequest* request,
                                                       v1::CancelStepResponse* response) {
  return RunOn(pool_, context, [this, request, response] {
    const auto found = instances_.Find(request->fence().pod_uid());
    if (!found.ok()) {
      return found.status();
    }
    const auto state = executor_.Cancel(**found, FromProto(request->fence()), request->step_id());
    if (state.ok()) {
      *response->mutable_state() = ToProto(*state);
    }
    return state.status();
  });
}

}  // namespace redisop
