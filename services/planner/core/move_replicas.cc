#include "services/planner/core/move_replicas.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "services/planner/core/remove_node.h"

namespace redisop {
namespace {

struct Move {
  const Node* replica = nullptr;
  std::string from;  // shards
  std::string to;
};

std::vector<Move> MovesOf(Draft& draft, const CopyGoal& goal) {
  std::vector<Move> moves;
  for (const auto& [name, decided] : goal.shards) {
    for (const NodeId& id : decided.replicas) {
      const Node* node = draft.now().Find(id);
      const Shard* shard = draft.shape().ShardOf(node);
      if (shard != nullptr && shard->name != name && node->role == Role::kReplica) {
        moves.push_back({node, shard->name, name});
      }
    }
  }
  return moves;
}

}  // namespace

void MoveReplicas(Draft& draft, const CopyGoal& goal, FindingCode finding) {
  std::vector<Move> moves = MovesOf(draft, goal);
  while (!moves.empty()) {
    const Shape shape = draft.shape();
    const auto next = std::find_if(moves.begin(), moves.end(), [&](const Move& move) {
      return InSyncBeside(draft.now(), *shape.Find(move.from), *move.replica) > 0;
    });
    if (next == moves.end()) {
      draft.Block(BlockedCode::kNoReplicaInSync,
                  fmt::format("shard {} would be left without a replica in sync while {} moves",
                              moves.front().from, ShortId(moves.front().replica->id)),
                  finding);
      return;
    }
    const Move move = *next;
    moves.erase(next);
    Reason reason{
        finding,
        fmt::format("it is better placed in shard {} than in shard {}", move.to, move.from),
        AttachesTo(draft, *shape.Find(move.from))};
    if (!draft.Propose(AttachReplica{move.replica->id, shape.Find(move.to)->primary->id},
                       std::move(reason))) {
      return;
    }
  }
}

}  // namespace redisop
