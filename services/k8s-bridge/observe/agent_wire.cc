#include "services/k8s-bridge/observe/agent_wire.h"

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "common/wire/plan_wire.h"
#include "common/wire/topology_wire.h"
#include "redisoperator/agent/v1/agent_service.pb.h"

namespace redisop {
namespace {

namespace agentpb = redisoperator::agent::v1;

agentpb::Fence FenceProto(const AgentAddress& agent, const Fence& fence) {
  agentpb::Fence proto;
  proto.set_token(static_cast<uint64_t>(fence.token));
  proto.set_cluster_uid(fence.cluster_uid);
  proto.set_pod_uid(agent.pod_uid);
  proto.set_node_id(fence.node_id);
  proto.set_state_digest(fence.state_digest);
  return proto;
}

// CLUSTER NODES of a node that has just met the others shows replicas without their primary.
absl::StatusOr<Node> PeerFromProto(const redisoperator::topology::v1::Node& proto, int index) {
  redisoperator::topology::v1::Node peer = proto;
  const bool primary_unknown =
      peer.role() == redisoperator::topology::v1::Node::REPLICA && peer.primary_id().empty();
  if (primary_unknown) {
    peer.set_role(redisoperator::topology::v1::Node::PRIMARY);
  }
  ASSIGN_OR_RETURN(Node node, FromProto(peer, fmt::format("peers[{}]", index)));
  node.role = primary_unknown ? Role::kReplica : node.role;
  return node;
}

}  // namespace

AgentStep FromProto(const agentpb::StepState& state) {
  AgentStep step;
  step.id = state.step_id();
  switch (state.state()) {
    case agentpb::StepState::DONE:
      step.state = AgentStep::State::kDone;
      break;
    case agentpb::StepState::FAILED:
      step.state = AgentStep::State::kFailed;
      break;
    default:
      step.state = AgentStep::State::kRunning;
  }
  if (state.refusal() != agentpb::Refusal::CODE_UNSPECIFIED) {
    step.refusal = agentpb::Refusal::Code_Name(state.refusal());
  }
  step.text = state.text();
  step.slots_done = static_cast<int>(state.slots_done());
  step.slots_total = static_cast<int>(state.slots_total());
  step.keys_moved = state.keys_moved();
  step.bytes_moved = state.bytes_moved();
  step.seconds = state.seconds();
  step.seconds_left = state.seconds_left();
  if (state.has_step()) {
    // What a step of an older version was is shown when it can be read; its state counts anyway.
    if (absl::StatusOr<Step> read = FromProto(state.step(), "step"); read.ok()) {
      step.step = *std::move(read);
    }
  }
  return step;
}

absl::StatusOr<NodeObservation> FromProto(const agentpb::Observation& observation) {
  NodeObservation out;
  out.pod_uid = observation.instance().pod_uid();
  out.cluster_uid = observation.instance().cluster_uid();
  out.answers = observation.answers();
  out.error = observation.error();
  for (const agentpb::StepState& step : observation.steps()) {
    out.steps.push_back(FromProto(step));
  }
  if (!out.answers) {
    return out;
  }
  ASSIGN_OR_RETURN(out.view.self, FromProto(observation.self(), "self"));
  for (int i = 0; i < observation.peers_size(); ++i) {
    ASSIGN_OR_RETURN(Node peer, PeerFromProto(observation.peers(i), i));
    out.view.peers.push_back(std::move(peer));
  }
  out.view.handshake_ids.assign(observation.handshake_ids().begin(),
                                observation.handshake_ids().end());
  out.view.current_epoch = observation.current_epoch();
  out.view.functions_digest = observation.functions_digest();
  out.state_digest = observation.state_digest();
  out.view_digest = observation.view_digest();
  out.age_seconds = observation.age_seconds();
  return out;
}

agentpb::StepState ToProto(const AgentStep& step) {
  agentpb::StepState proto;
  proto.set_step_id(step.id);
  proto.set_state(step.state == AgentStep::State::kDone     ? agentpb::StepState::DONE
                  : step.state == AgentStep::State::kFailed ? agentpb::StepState::FAILED
                                                            : agentpb::StepState::RUNNING);
  agentpb::Refusal::Code refusal = agentpb::Refusal::CODE_UNSPECIFIED;
  if (agentpb::Refusal::Code_Parse(step.refusal, &refusal)) {
    proto.set_refusal(refusal);
  }
  proto.set_text(step.text);
  proto.set_slots_done(static_cast<uint32_t>(step.slots_done));
  proto.set_slots_total(static_cast<uint32_t>(step.slots_total));
  proto.set_keys_moved(step.keys_moved);
  proto.set_bytes_moved(step.bytes_moved);
  proto.set_seconds(step.seconds);
  proto.set_seconds_left(step.seconds_left);
  return proto;
}

agentpb::StartStepRequest ToProto(const StartRequest& request) {
  agentpb::StartStepRequest proto;
  proto.set_step_id(request.step_id);
  *proto.mutable_fence() = FenceProto(request.agent, request.fence);
  *proto.mutable_step() = ToProto(request.step);
  for (const auto& [id, address] : request.peers) {
    agentpb::PeerAddress* peer = proto.add_peers();
    peer->set_node_id(id);
    peer->set_address(address);
  }
  if (request.timeout.has_value()) {
    proto.set_timeout_seconds(absl::ToDoubleSeconds(*request.timeout));
  }
  return proto;
}

agentpb::CancelStepRequest ToProto(const CancelRequest& request) {
  agentpb::CancelStepRequest proto;
  *proto.mutable_fence() = FenceProto(request.agent, request.fence);
  proto.set_step_id(request.step_id);
  return proto;
}

}  // namespace redisop
