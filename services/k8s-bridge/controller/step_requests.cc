#include "services/k8s-bridge/controller/step_requests.h"

#include <algorithm>

namespace redisop {
namespace {

// Slot moves take as long as they take; a full synchronisation takes long; the rest is short.
std::optional<absl::Duration> TimeoutOf(const StepKind& kind) {
  if (std::holds_alternative<MigrateSlots>(kind) || std::holds_alternative<CloseOpenSlot>(kind)) {
    return std::nullopt;
  }
  return std::holds_alternative<AttachReplica>(kind) ? absl::Minutes(30) : absl::Seconds(30);
}

// Steps that run beside others on the same node are not bound to its state: the other would change
// it.
bool BoundToState(const StepKind& kind) {
  return !IsFanOut(kind) && !std::holds_alternative<SetConfigEpoch>(kind) &&
         !std::holds_alternative<CopyFunctions>(kind);
}

// All nodes that the step names, and all primaries; for slot moves, which all have to hear of, the
// replicas that answer too. None that lost its address (":0@0").
std::map<NodeId, std::string> PeersOf(const StepKind& kind, const ClusterSnapshot& snapshot) {
  const std::vector<NodeId> named = NodesNamedBy(kind);
  const bool moves =
      std::holds_alternative<MigrateSlots>(kind) || std::holds_alternative<CloseOpenSlot>(kind);
  std::map<NodeId, std::string> peers;
  for (const Node& node : snapshot.nodes) {
    const bool wanted = node.role == Role::kPrimary || (moves && !node.unobserved) ||
                        std::find(named.begin(), named.end(), node.id) != named.end();
    if (wanted && !node.address.empty() && !node.address.starts_with(':')) {
      peers[node.id] = node.address;
    }
  }
  return peers;
}

}  // namespace

StartRequest MakeStartRequest(const Pass& pass, const AdmittedStep& step, const StepTarget& target,
                              int64_t token) {
  StartRequest request;
  request.agent = pass.agents.at(target.pod_uid);
  request.step_id = pass.memory.execution->AgentStepId(step.id, target);
  request.fence = {
      .token = token, .cluster_uid = pass.cluster->meta.uid, .node_id = target.node_id};
  for (const NodeObservation& seen : pass.observations) {
    if (seen.pod_uid == target.pod_uid && BoundToState(step.resolved)) {
      request.fence.state_digest = seen.state_digest;
    }
  }
  for (const StepRun& run : pass.memory.execution->runs()) {
    if (run.step.id == step.id) {
      request.step = run.step;
    }
  }
  request.step.kind = step.resolved;
  request.peers = PeersOf(step.resolved, pass.snapshot);
  request.timeout = TimeoutOf(step.resolved);
  return request;
}

}  // namespace redisop
