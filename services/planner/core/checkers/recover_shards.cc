#include <fmt/format.h>

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "services/planner/core/checkers.h"
#include "services/planner/core/lost_node.h"
#include "services/planner/core/safety.h"

namespace redisop {
namespace {

// Primaries that serve, by zone.
std::map<std::string, int> PrimariesInZones(const WorkingSnapshot& now) {
  std::map<std::string, int> primaries;
  for (const auto& [id, node] : now.nodes()) {
    if (node.role == Role::kPrimary && !node.slots.empty() && node.health != Health::kFailed) {
      ++primaries[node.zone];
    }
  }
  return primaries;
}

// The best replica to take the place of a failed primary: the most advanced of those that answer;
// of equals, one where the fewest primaries are, then the lowest member.
const Node* BestHeir(const Shard& shard, const std::map<std::string, int>& primaries) {
  const auto cost = [&](const Node* node) {
    const auto found = primaries.find(node->zone);
    return std::tuple(~node->offset, found == primaries.end() ? 0 : found->second, node->member,
                      std::string_view(node->id));
  };
  const Node* best = nullptr;
  for (const Node* node : shard.replicas) {
    if (!node->unobserved && !node->leaving && !node->loading && node->link != Link::kSyncing &&
        (best == nullptr || cost(node) < cost(best))) {
      best = node;
    }
  }
  return best;
}

void GiveUp(Draft& draft, const Shard& shard) {
  if (!IsLossAccepted(draft.policy, shard.name)) {
    draft.Block(BlockedCode::kNeedsAllowDataLoss,
                fmt::format("all copies of shard {} are gone; to go on without its data, accept "
                            "the loss by naming it: allow_data_loss {}",
                            shard.name, shard.name),
                FindingCode::kPrimaryFailed);
    return;
  }
  NodeList gone = shard.lost_replicas;
  gone.push_back(shard.primary);
  for (const Node* node : gone) {
    draft.Propose(
        ForgetNode{node->id},
        {FindingCode::kPrimaryFailed,
         fmt::format("all copies of shard {} are gone, and its loss is accepted", shard.name)});
  }
}

}  // namespace

void RecoverShards(Draft& draft) {
  const Shape shape = draft.shape();
  const bool quorum = HasQuorum(draft.now());
  std::map<std::string, int> primaries = PrimariesInZones(draft.now());
  for (const Shard& shard : shape.shards) {
    const Node* primary = shard.primary;
    if (primary->slots.empty() || primary->health != Health::kFailed) {
      continue;
    }
    if (const Node* heir = BestHeir(shard, primaries); heir != nullptr) {
      if (quorum) {
        draft.Block(BlockedCode::kMustWait,
                    fmt::format("the other primaries are about to elect {} in place of {}",
                                ShortId(heir->id), ShortId(primary->id)),
                    FindingCode::kPrimaryFailed);
      } else {
        ++primaries[heir->zone];
        draft.Propose(TakeOver{heir->id, primary->id},
                      {FindingCode::kPrimaryFailed,
                       fmt::format("{} failed, and too few primaries are left to elect",
                                   ShortId(primary->id))});
      }
      continue;
    }
    if (const std::string who = WhoMayReturn(draft.now(), shard, *primary); !who.empty()) {
      draft.Block(BlockedCode::kMustWait,
                  fmt::format("{} has failed and no replica can take over, but {}",
                              ShortId(primary->id), who),
                  FindingCode::kPrimaryFailed);
      continue;
    }
    GiveUp(draft, shard);
  }
}

}  // namespace redisop
