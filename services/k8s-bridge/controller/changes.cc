#include "services/k8s-bridge/controller/changes.h"

#include <fmt/format.h>

namespace redisop {
namespace {

std::string NameOf(const ClusterSnapshot& snapshot, const NodeId& id) {
  const Node* node = snapshot.Find(id);
  return node == nullptr || node->pod.empty() ? ShortId(id) : node->pod;
}

void TellNewPrimaries(Pass& pass) {
  if (!pass.observed) {
    return;
  }
  for (const Node& node : pass.snapshot.nodes) {
    if (node.role != Role::kPrimary || node.slots.empty() || node.shard.empty() ||
        node.unobserved) {
      continue;
    }
    NodeId& known = pass.memory.primaries[node.shard];
    if (!known.empty() && known != node.id) {
      const Node* old = pass.snapshot.Find(known);
      if (old == nullptr || old->unobserved || old->health == Health::kFailed) {
        pass.Event(
            EventType::kWarning, "PrimaryFailed", fmt::format("Failover-{}", node.shard),
            fmt::format("Shard {}: primary {} failed", node.shard, NameOf(pass.snapshot, known)));
      }
      pass.Event(EventType::kNormal, "ReplicaPromoted", fmt::format("Failover-{}", node.shard),
                 fmt::format("Shard {}: {} is the primary now, before it was {}", node.shard,
                             node.pod, NameOf(pass.snapshot, known)));
    }
    known = node.id;
  }
}

}  // namespace

void TellChanges(Pass& pass, const std::vector<Condition>& before,
                 const std::vector<Condition>& after) {
  TellNewPrimaries(pass);
  const Condition* was = FindCondition(before, "Ready");
  const Condition* is = FindCondition(after, "Ready");
  const std::string action = fmt::format("Reconcile-{}", pass.cluster->meta.generation);
  if (is->status == "True" && (was == nullptr || was->status != "True")) {
    pass.Event(EventType::kNormal, "Ready", action, is->message);
  }
  if (is->reason == "InvalidSpec" && (was == nullptr || was->reason != is->reason)) {
    pass.Event(EventType::kWarning, "InvalidSpec", action, is->message);
  }
  was = FindCondition(before, "PlanBlocked");
  is = FindCondition(after, "PlanBlocked");
  if (is->status == "True" && is->reason != "InvalidSpec" &&
      (was == nullptr || was->status != is->status || was->reason != is->reason)) {
    pass.Event(is->reason == "AwaitingApproval" ? EventType::kNormal : EventType::kWarning,
               "PlanBlocked", is->reason, is->message);
  }
}

}  // namespace redisop
