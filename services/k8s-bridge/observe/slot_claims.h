// Who is said to own which slots and to have which role, by whom ever. The snapshot settles
// differences; this keeps them, for those who must not act while nodes disagree.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_SLOT_CLAIMS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_SLOT_CLAIMS_H_

#include <map>
#include <set>
#include <vector>

#include "common/model/node_view.h"

namespace redisop {

// For each node the slots that at least one view, its own or another's, gives to it. Nodes without
// any are left out.
using SlotClaims = std::map<NodeId, SlotSet>;

SlotClaims ClaimsOf(const std::vector<NodeView>& views);

// The slots that more than one node is said to own.
SlotSet DisputedSlots(const SlotClaims& claims);

// Nodes whose role or primary an observed node sees otherwise than they do themselves: gossip is
// still on its way.
std::set<NodeId> DisputedRoles(const std::vector<NodeView>& views);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_SLOT_CLAIMS_H_
