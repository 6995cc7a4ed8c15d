#include "services/planner/core/remove_node.h"

#include <algorithm>

#include "services/planner/core/shard_nodes.h"

namespace redisop {

bool RemoveNode(Draft& draft, const NodeId& id, const Reason& reason) {
  const Node* node = draft.now().Find(id);
  if (node == nullptr || node->leaving) {
    return true;
  }
  const bool known = !node->alone && !draft.now().IsForgotten(id);
  const bool pending = draft.now().IsPending(id);
  DeletePod deletion{node->pod.empty() ? id : node->pod, node->pod_uid, pending ? NodeId() : id};
  if (known && !draft.Propose(ForgetNode{id}, reason)) {
    return false;
  }
  return draft.Propose(std::move(deletion), reason);
}

std::set<size_t> AttachesTo(Draft& draft, const Shard& shard) {
  std::set<size_t> steps;
  for (size_t i = 0; i < draft.plan().steps.size(); ++i) {
    const auto* attach = std::get_if<AttachReplica>(&draft.plan().steps[i].kind);
    if (attach != nullptr && (attach->replica_id == shard.primary ||
                              std::find(shard.replicas.begin(), shard.replicas.end(),
                                        attach->replica_id) != shard.replicas.end())) {
      steps.insert(i);
    }
  }
  return steps;
}

int InSyncBeside(const WorkingSnapshot& snapshot, const Shard& shard, const NodeId& id) {
  return static_cast<int>(
      std::count_if(shard.replicas.begin(), shard.replicas.end(), [&](const NodeId& other) {
        const Node* node = snapshot.Find(other);
        return other != id && node != nullptr && Counts(snapshot, *node) && !node->unobserved &&
               node->link == Link::kInSync && node->primary_id == shard.primary;
      }));
}

}  // namespace redisop
