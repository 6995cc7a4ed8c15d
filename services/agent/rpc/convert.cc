#include "services/agent/rpc/convert.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <variant>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/wire/plan_wire.h"
#include "common/wire/topology_wire.h"
#include "redisoperator/planner/v1/step.pb.h"
#include "redisoperator/topology/v1/topology.pb.h"

namespace redisop {
namespace {

namespace v1 = redisoperator::agent::v1;

constexpr size_t kStepIdBytesMax = 200;
constexpr int kPeersMax = 20000;
constexpr double kTimeoutSecondsMax = 86400;

absl::Status Wrong(std::string_view field, std::string_view what) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, fmt::format("{}: {}", field, what));
}

bool IsForAgents(const StepKind& kind) {
  return !std::holds_alternative<CreatePod>(kind) && !std::holds_alternative<DeletePod>(kind);
}

bool MovesSlots(const StepKind& kind) {
  return std::holds_alternative<MigrateSlots>(kind) || std::holds_alternative<CloseOpenSlot>(kind);
}

v1::StepState::State ToProto(StepState::State state) {
  switch (state) {
    case StepState::State::kRunning:
      return v1::StepState::RUNNING;
    case StepState::State::kDone:
      return v1::StepState::DONE;
    case StepState::State::kFailed:
      return v1::StepState::FAILED;
  }
  return v1::StepState::STATE_UNSPECIFIED;
}

v1::Instance ToProto(const Instance& instance) {
  v1::Instance proto;
  proto.set_pod(instance.pod);
  proto.set_pod_uid(instance.pod_uid);
  proto.set_cluster_uid(instance.cluster_uid);
  proto.set_shard(instance.shard);
  proto.set_member(static_cast<uint32_t>(instance.member));
  proto.set_address(instance.address);
  return proto;
}

absl::Status ReadPeers(const v1::StartStepRequest& request, StepRequest& out) {
  if (request.peers_size() > kPeersMax) {
    return Wrong("peers", fmt::format("at most {}", kPeersMax));
  }
  for (int i = 0; i < request.peers_size(); ++i) {
    auto address = ParseRedisAddress(request.peers(i).address());
    if (!address.ok()) {
      return Wrong(fmt::format("peers[{}].address", i), MessageOf(address.status()));
    }
    if (request.peers(i).node_id().empty()) {
      return Wrong(fmt::format("peers[{}].node_id", i), "is required");
    }
    out.peers[request.peers(i).node_id()] = *std::move(address);
  }
  return absl::OkStatus();
}

}  // namespace

v1::StepState ToProto(const StepState& state) {
  v1::StepState proto;
  proto.set_step_id(state.step_id);
  proto.set_state(ToProto(state.state));
  proto.set_refusal(static_cast<v1::Refusal::Code>(state.refusal));
  proto.set_text(state.text);
  proto.set_slots_done(static_cast<uint32_t>(state.progress.slots_done));
  proto.set_slots_total(static_cast<uint32_t>(state.progress.slots_total));
  proto.set_keys_moved(state.progress.keys_moved);
  proto.set_bytes_moved(state.progress.bytes_moved);
  proto.set_seconds(absl::ToDoubleSeconds(state.running));
  proto.set_seconds_left(state.progress.seconds_left);
  *proto.mutable_step() = ToProto(state.step);
  return proto;
}

v1::Observation ToProto(const Observation& observation, const std::vector<StepState>& steps,
                        absl::Duration now) {
  v1::Observation proto;
  *proto.mutable_instance() = ToProto(observation.instance);
  proto.set_answers(observation.answers);
  proto.set_error(observation.error);
  *proto.mutable_self() = ToProto(observation.view.self);
  for (const Node& peer : observation.view.peers) {
    *proto.add_peers() = ToProto(peer);
  }
  for (const NodeId& id : observation.view.handshake_ids) {
    proto.add_handshake_ids(id);
  }
  proto.set_current_epoch(observation.view.current_epoch);
  proto.set_state_digest(observation.state_digest);
  proto.set_view_digest(observation.view_digest);
  proto.set_functions_digest(observation.view.functions_digest);
  for (const auto& [name, value] : observation.config) {
    (*proto.mutable_config())[name] = value;
  }
  for (const StepState& step : steps) {
    *proto.add_steps() = ToProto(step);
  }
  proto.set_age_seconds(absl::ToDoubleSeconds(now - observation.read_at));
  return proto;
}

Fence FromProto(const v1::Fence& fence) {
  return {.token = fence.token(),
          .cluster_uid = fence.cluster_uid(),
          .pod_uid = fence.pod_uid(),
          .node_id = fence.node_id(),
          .state_digest = fence.state_digest()};
}

absl::StatusOr<StepRequest> FromProto(const v1::StartStepRequest& request) {
  StepRequest out{.step_id = request.step_id(), .fence = FromProto(request.fence())};
  if (out.step_id.empty() || out.step_id.size() > kStepIdBytesMax) {
    return Wrong("step_id", fmt::format("1 to {} characters", kStepIdBytesMax));
  }
  ASSIGN_OR_RETURN(out.step, FromProto(request.step(), "step"));
  if (!IsForAgents(out.step.kind)) {
    return Wrong("step", fmt::format("{} is not for agents", KindName(out.step.kind)));
  }
  const double seconds = request.timeout_seconds();
  if (!std::isfinite(seconds) || seconds < 0 || seconds > kTimeoutSecondsMax) {
    return Wrong("timeout_seconds", fmt::format("0 to {}", kTimeoutSecondsMax));
  }
  if (seconds > 0) {
    out.timeout = absl::Seconds(seconds);
  } else if (MovesSlots(out.step.kind)) {
    out.timeout = absl::InfiniteDuration();
  }
  RETURN_IF_ERROR(ReadPeers(request, out));
  return out;
}

}  // namespace redisop
