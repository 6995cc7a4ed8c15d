#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

void AppendThatCount(const WorkingSnapshot& snapshot, const std::vector<NodeId>& ids,
                     NodeList& nodes) {
  for (const NodeId& id : ids) {
    if (const Node* node = snapshot.Find(id); node != nullptr && Counts(snapshot, *node)) {
      nodes.push_back(node);
    }
  }
}

}  // namespace

bool Counts(const WorkingSnapshot& snapshot, const Node& node) {
  return !node.leaving && !IsLost(node) && !snapshot.IsForgotten(node.id);
}

bool IsStuck(const WorkingSnapshot& snapshot, const NodeId& id) {
  const Pod* pod = snapshot.WaitingPod(id);
  return pod != nullptr && !pod->waiting_reason.empty() &&
         snapshot.Find(id)->role != Role::kReplica;
}

NodeList ThatCount(const WorkingSnapshot& snapshot, const std::vector<NodeId>& ids) {
  NodeList nodes;
  AppendThatCount(snapshot, ids, nodes);
  return nodes;
}

NodeList CopiesOf(const WorkingSnapshot& snapshot, const Shard& shard) {
  NodeList copies = ThatCount(snapshot, shard.replicas);
  if (const Node* primary = snapshot.Find(shard.primary);
      primary != nullptr && Counts(snapshot, *primary)) {
    copies.push_back(primary);
  }
  return copies;
}

NodeList MembersOf(const WorkingSnapshot& snapshot, const Shard& shard) {
  NodeList members = ThatCount(snapshot, shard.replicas);
  AppendThatCount(snapshot, shard.joining, members);
  return members;
}

CopyPairs PairsAmong(const NodeList& copies) {
  CopyPairs pairs;
  for (auto a = copies.begin(); a != copies.end(); ++a) {
    for (auto b = copies.begin(); b != a; ++b) {
      pairs.hosts += !(*a)->host.empty() && (*a)->host == (*b)->host ? 1 : 0;
      pairs.zones += !(*a)->zone.empty() && (*a)->zone == (*b)->zone ? 1 : 0;
    }
  }
  return pairs;
}

}  // namespace redisop
