#include "services/k8s-bridge/execution/step_targets.h"

#include <fmt/format.h>

#include <variant>

#include "common/base/status.h"

namespace redisop {
namespace {

// Calls `visit` with each node id field of a step, as reference.
struct NodeFields {
  template <typename Visit>
  static void Of(CreatePod&, Visit) {}
  template <typename Visit>
  static void Of(DeletePod& step, Visit visit) {
    if (!step.node_id.empty()) {
      visit(step.node_id);
    }
  }
  template <typename Visit>
  static void Of(MeetNodes& step, Visit visit) {
    for (NodeId& id : step.node_ids) {
      visit(id);
    }
  }
  template <typename Visit>
  static void Of(SetConfig& step, Visit visit) {
    for (NodeId& id : step.node_ids) {
      visit(id);
    }
  }
  template <typename Visit>
  static void Of(AttachReplica& step, Visit visit) {
    visit(step.replica_id);
    visit(step.primary_id);
  }
  template <typename Visit>
  static void Of(PromoteReplica& step, Visit visit) {
    visit(step.replica_id);
    visit(step.primary_id);
  }
  template <typename Visit>
  static void Of(TakeOver& step, Visit visit) {
    visit(step.replica_id);
    visit(step.primary_id);
  }
  template <typename Visit>
  static void Of(MigrateSlots& step, Visit visit) {
    visit(step.source_id);
    visit(step.target_id);
  }
  template <typename Visit>
  static void Of(CopyFunctions& step, Visit visit) {
    visit(step.source_id);
    visit(step.target_id);
  }
  template <typename Visit>
  static void Of(CloseOpenSlot& step, Visit visit) {
    visit(step.owner_id);
    visit(step.target_id);
  }
  template <typename Step, typename Visit>
  static void Of(Step& step, Visit visit) {
    visit(step.node_id);
  }
};

// The node whose agent carries out a step that is no fan-out.
struct Actor {
  NodeId operator()(const SetConfigEpoch& step) const { return step.node_id; }
  NodeId operator()(const AssignSlots& step) const { return step.node_id; }
  NodeId operator()(const ResetEmptyNode& step) const { return step.node_id; }
  NodeId operator()(const AttachReplica& step) const { return step.replica_id; }
  NodeId operator()(const PromoteReplica& step) const { return step.replica_id; }
  NodeId operator()(const TakeOver& step) const { return step.replica_id; }
  NodeId operator()(const MigrateSlots& step) const { return step.source_id; }
  NodeId operator()(const CloseOpenSlot& step) const { return step.owner_id; }
  NodeId operator()(const CopyFunctions& step) const { return step.target_id; }
  template <typename Step>
  NodeId operator()(const Step&) const {
    return "";
  }
};

void AddTarget(const Node* node, std::vector<StepTarget>& targets) {
  if (node != nullptr && !node->pod_uid.empty()) {
    targets.push_back({node->pod_uid, node->id});
  }
}

}  // namespace

bool IsPodStep(const StepKind& kind) {
  return std::holds_alternative<CreatePod>(kind) || std::holds_alternative<DeletePod>(kind);
}

bool IsFanOut(const StepKind& kind) {
  return std::holds_alternative<MeetNodes>(kind) || std::holds_alternative<ForgetNode>(kind) ||
         std::holds_alternative<SetConfig>(kind);
}

absl::StatusOr<StepKind> ResolveNodes(const StepKind& kind, const ClusterSnapshot& snapshot) {
  StepKind resolved = kind;
  std::string missing;
  const bool absent_is_done = std::holds_alternative<ForgetNode>(kind);
  auto resolve = [&](NodeId& id) {
    const Node* node = snapshot.Find(id);
    if (node != nullptr) {
      id = node->id;
    } else if (!absent_is_done) {
      missing = id;
    }
  };
  std::visit([&](auto& step) { NodeFields::Of(step, resolve); }, resolved);
  // A deletion names the pod by UID; a pod that the plan itself created has one by now.
  if (auto* step = std::get_if<DeletePod>(&resolved); step != nullptr && step->pod_uid.empty()) {
    if (const Node* node = snapshot.Find(step->pod); node != nullptr) {
      step->pod_uid = node->pod_uid;
    }
  }
  if (!missing.empty()) {
    return MakeStatus(absl::StatusCode::kNotFound,
                      fmt::format("{} is not a node of the cluster", ShortId(missing)));
  }
  return resolved;
}

std::vector<NodeId> NodesNamedBy(const StepKind& resolved) {
  std::vector<NodeId> ids;
  StepKind copy = resolved;
  std::visit([&](auto& step) { NodeFields::Of(step, [&](NodeId& id) { ids.push_back(id); }); },
             copy);
  return ids;
}

std::vector<StepTarget> TargetsOf(const StepKind& resolved, const ClusterSnapshot& snapshot) {
  std::vector<StepTarget> targets;
  if (IsPodStep(resolved)) {
    return targets;
  }
  if (const auto* forget = std::get_if<ForgetNode>(&resolved)) {
    for (const Node& node : snapshot.nodes) {
      if (node.id != forget->node_id && !node.unobserved && !node.leaving) {
        AddTarget(&node, targets);
      }
    }
    return targets;
  }
  if (IsFanOut(resolved)) {
    for (const NodeId& id : NodesNamedBy(resolved)) {
      AddTarget(snapshot.Find(id), targets);
    }
    return targets;
  }
  AddTarget(snapshot.Find(std::visit(Actor(), resolved)), targets);
  return targets;
}

}  // namespace redisop
