#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

void AppendThatCount(const WorkingSnapshot& snapshot, const NodeList& nodes, NodeList& that_count) {
  for (const Node* node : nodes) {
    if (Counts(snapshot, *node)) {
      that_count.push_back(node);
    }
  }
}

}  // namespace

bool Counts(const WorkingSnapshot& snapshot, const Node& node) {
  return !node.leaving && !IsLost(node) && !snapshot.IsForgotten(node.id);
}

bool IsStuck(const WorkingSnapshot& snapshot, const Node& node) {
  const Pod* pod = snapshot.WaitingPod(node.id);
  return pod != nullptr && !pod->waiting_reason.empty() && node.role != Role::kReplica;
}

NodeList ThatCount(const WorkingSnapshot& snapshot, const NodeList& nodes) {
  NodeList that_count;
  AppendThatCount(snapshot, nodes, that_count);
  return that_count;
}

NodeList CopiesOf(const WorkingSnapshot& snapshot, const Shard& shard) {
  NodeList copies = ThatCount(snapshot, shard.replicas);
  if (Counts(snapshot, *shard.primary)) {
    copies.push_back(shard.primary);
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
