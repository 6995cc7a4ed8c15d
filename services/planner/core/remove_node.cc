#include "services/planner/core/remove_node.h"

#include <algorithm>

#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

bool HasAttaches(const Plan& plan) {
  return std::any_of(plan.steps.begin(), plan.steps.end(), [](const Step& step) {
    return std::holds_alternative<AttachReplica>(step.kind);
  });
}

// The steps that bring copies to the primary of another shard that the node copies, if it does. The
// shape is asked for last: each removal changes it.
std::set<size_t> AttachesElsewhere(Draft& draft, const Node& node) {
  if (node.role != Role::kReplica || !HasAttaches(draft.plan())) {
    return {};
  }
  const Shape& shape = draft.shape();
  const Shard* elsewhere = shape.ShardOf(draft.now().Find(node.primary_id));
  return elsewhere == nullptr || elsewhere == shape.ShardOf(&node) ? std::set<size_t>()
                                                                   : AttachesTo(draft, *elsewhere);
}

}  // namespace

bool RemoveNode(Draft& draft, const NodeId& id, Reason reason) {
  const Node* node = draft.now().Find(id);
  if (node == nullptr || node->leaving) {
    return true;
  }
  reason.after.merge(AttachesElsewhere(draft, *node));
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
    const auto is = [&](const Node* node) { return node->id == attach->replica_id; };
    if (attach != nullptr &&
        (is(shard.primary) || std::any_of(shard.replicas.begin(), shard.replicas.end(), is))) {
      steps.insert(i);
    }
  }
  return steps;
}

int InSyncBeside(const WorkingSnapshot& snapshot, const Shard& shard, const Node& node) {
  return static_cast<int>(
      std::count_if(shard.replicas.begin(), shard.replicas.end(), [&](const Node* other) {
        return other != &node && Counts(snapshot, *other) && !other->unobserved &&
               other->link == Link::kInSync && other->primary_id == shard.primary->id;
      }));
}

}  // namespace redisop
