#include "services/planner/core/remove_node.h"

namespace redisop {

bool RemoveNode(Draft& draft, const NodeId& id, FindingCode finding, const std::string& because) {
  const Node* node = draft.now().Find(id);
  if (node == nullptr || node->leaving) {
    return true;
  }
  const bool known = !node->alone && !draft.now().IsForgotten(id);
  const bool pending = draft.now().IsPending(id);
  DeletePod deletion{node->pod.empty() ? id : node->pod, node->pod_uid, pending ? NodeId() : id};
  if (known && !draft.Propose(ForgetNode{id}, {finding, because})) {
    return false;
  }
  return draft.Propose(std::move(deletion), {finding, because});
}

}  // namespace redisop
