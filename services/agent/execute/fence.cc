#include "services/agent/execute/fence.h"

#include <fmt/format.h>

#include <variant>

#include "common/base/status.h"

namespace redisop {
namespace {

struct Executing {
  NodeId operator()(const CreatePod&) const { return ""; }
  NodeId operator()(const DeletePod&) const { return ""; }
  NodeId operator()(const MeetNodes&) const { return ""; }
  NodeId operator()(const ForgetNode&) const { return ""; }
  NodeId operator()(const SetConfig&) const { return ""; }
  NodeId operator()(const SetConfigEpoch& step) const { return step.node_id; }
  NodeId operator()(const AssignSlots& step) const { return step.node_id; }
  NodeId operator()(const ResetEmptyNode& step) const { return step.node_id; }
  NodeId operator()(const AttachReplica& step) const { return step.replica_id; }
  NodeId operator()(const PromoteReplica& step) const { return step.replica_id; }
  NodeId operator()(const TakeOver& step) const { return step.replica_id; }
  NodeId operator()(const MigrateSlots& step) const { return step.source_id; }
  NodeId operator()(const CloseOpenSlot& step) const { return step.owner_id; }
  NodeId operator()(const CopyFunctions& step) const { return step.target_id; }
};

}  // namespace

NodeId ExecutingNode(const StepKind& kind) { return std::visit(Executing{}, kind); }

absl::Status CheckCaller(const Fence& fence, const Instance& instance, uint64_t highest_token) {
  if (fence.pod_uid.empty() || fence.cluster_uid.empty()) {
    return MakeStatus(
        absl::StatusCode::kInvalidArgument,
        fmt::format("fence.{}: is required", fence.pod_uid.empty() ? "pod_uid" : "cluster_uid"));
  }
  if (fence.cluster_uid != instance.cluster_uid) {
    return Refuse(Refusal::kOtherCluster,
                  fmt::format("pod {} belongs to another cluster", instance.pod));
  }
  if (fence.pod_uid != instance.pod_uid) {
    return Refuse(Refusal::kNodeChanged, fmt::format("pod {} has another UID", instance.pod));
  }
  if (fence.token < highest_token) {
    return Refuse(Refusal::kTokenTooOld,
                  fmt::format("token {} came after {}", fence.token, highest_token));
  }
  return absl::OkStatus();
}

absl::Status CheckNode(const Fence& fence, const Step& step, const Observation& observation) {
  if (!observation.answers) {
    return Refuse(Refusal::kRedisError, observation.error);
  }
  const NodeId& id = observation.view.self.id;
  if (!fence.node_id.empty() && fence.node_id != id) {
    return Refuse(Refusal::kNodeChanged,
                  fmt::format("{} answers instead of {}", ShortId(id), ShortId(fence.node_id)));
  }
  const NodeId executing = ExecutingNode(step.kind);
  if (!executing.empty() && executing != id) {
    return Refuse(Refusal::kNodeChanged,
                  fmt::format("{} answers, the step is for {}", ShortId(id), ShortId(executing)));
  }
  if (!fence.state_digest.empty() && fence.state_digest != observation.state_digest) {
    return Refuse(Refusal::kStateChanged, "the node is not in the state the step was admitted on");
  }
  return absl::OkStatus();
}

}  // namespace redisop
