// What one node says: itself, and everybody else as it sees them. MergeViews makes one snapshot of
// many views: no node is privileged.

#ifndef REDIS_OPERATOR_COMMON_MODEL_NODE_VIEW_H_
#define REDIS_OPERATOR_COMMON_MODEL_NODE_VIEW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/model/cluster_snapshot.h"

namespace redisop {

struct NodeView {
  Node self;                // complete: its own facts
  std::vector<Node> peers;  // id, role, primary, slots, address, health, epoch; `unobserved` where
                            // its link to them is down
  std::vector<NodeId> handshake_ids;
  uint64_t current_epoch = 0;
  std::string functions_digest;  // empty: none, or the engine has none
};

// One snapshot of what the given nodes say. A node's own facts come from itself. A node that no
// view is from is taken from the others: marked unobserved, failed when a majority of the observed
// primaries with slots says so, its slots by the claim with the highest config epoch that nobody
// observed contradicts. `unknown_ids` of each node lists the observed nodes it does not know or has
// no link to. Slots that nobody claims are attributed to the observed primary that more than half
// of the observed primaries with slots take for their owner. Nodes in handshake are left out. A
// node that is only named, as the primary of a replica or the other side of an open slot, is there
// as failed and unobserved; a replica that names no primary is a primary without slots. Pods and
// `formed` are for the caller to add. Pure; the order of `views` changes nothing.
ClusterSnapshot MergeViews(const std::vector<NodeView>& views);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_MODEL_NODE_VIEW_H_
