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

}  // namespace redisop
