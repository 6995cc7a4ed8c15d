#include "services/planner/core/slot_wish.h"

#include <numeric>

namespace redisop {

bool SlotWish::IsReached() const {
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (current[i].size() != counts[i]) {
      return false;
    }
  }
  return true;
}

SlotWish WishFor(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                 const ClusterSpec& spec, const Policy& policy, bool give_unowned) {
  SlotWish wish;
  std::vector<int> weights;
  std::vector<int> sizes;
  SlotSet owned;
  for (const Shard& shard : shape.shards) {
    const Node* primary = snapshot.Find(shard.primary);
    if (primary == nullptr || (primary->slots.empty() && IsLost(*primary))) {
      continue;
    }
    wish.conflict.Add(owned & primary->slots);
    owned.Add(primary->slots);
    wish.nodes.push_back(primary->id);
    wish.current.push_back(primary->slots);
    sizes.push_back(primary->slots.size());
    weights.push_back(goal.Keeps(shard.name) ? WeightOf(spec, shard.name) : 0);
  }
  wish.unowned = SlotSet::All() - owned;
  wish.counts = sizes;
  wish.nobody = std::accumulate(weights.begin(), weights.end(), 0) == 0;
  if (wish.nobody || !wish.conflict.empty()) {
    return wish;
  }
  const int unassigned = give_unowned ? wish.unowned.size() : 0;
  const int total = owned.size() + unassigned;
  const std::vector<Share> shares = SharesFor(weights, total, policy.tolerance_percent);
  wish.counts = FinalCounts(sizes, shares, unassigned);
  wish.moves_minimum = FewestMoves(sizes, shares, unassigned);
  return wish;
}

SlotPlacement PlacementFor(const SlotWish& wish, bool give_unowned) {
  std::vector<SlotSet> current = wish.current;
  std::vector<int> counts = wish.counts;
  if (!give_unowned && !wish.unowned.empty()) {
    // Somebody who keeps what nobody may have.
    current.push_back(wish.unowned);
    counts.push_back(wish.unowned.size());
  }
  return PlaceSlots(current, counts);
}

}  // namespace redisop
