#include "services/k8s-bridge/observe/slot_claims.h"

namespace redisop {

SlotClaims ClaimsOf(const std::vector<NodeView>& views) {
  SlotClaims claims;
  for (const NodeView& view : views) {
    claims[view.self.id].Add(view.self.slots);
    for (const Node& peer : view.peers) {
      claims[peer.id].Add(peer.slots);
    }
  }
  std::erase_if(claims, [](const auto& entry) { return entry.second.empty(); });
  return claims;
}

SlotSet DisputedSlots(const SlotClaims& claims) {
  SlotSet once;
  SlotSet twice;
  for (const auto& [id, slots] : claims) {
    twice.Add(once & slots);
    once.Add(slots);
  }
  return twice;
}

std::set<NodeId> DisputedRoles(const std::vector<NodeView>& views) {
  std::map<NodeId, const Node*> own;
  for (const NodeView& view : views) {
    own[view.self.id] = &view.self;
  }
  std::set<NodeId> disputed;
  for (const NodeView& view : views) {
    for (const Node& peer : view.peers) {
      auto self = own.find(peer.id);
      if (self != own.end() &&
          (self->second->role != peer.role || self->second->primary_id != peer.primary_id)) {
        disputed.insert(peer.id);
      }
    }
  }
  return disputed;
}

}  // namespace redisop
