#include "services/planner/core/slot_wish.h"

#include <algorithm>
#include <numeric>

#include "services/planner/core/estimate.h"
#include "services/planner/core/load.h"

namespace redisop {

namespace {

MoveRates RatesOf(const SlotWish& wish, const WorkingSnapshot& snapshot, const Policy& policy) {
  const StepKind move = MigrateSlots{};
  MoveRates rates;
  rates.seconds_per_move = SecondsFor(move, StepSize(), policy);
  rates.lanes = policy.max_parallel_migrations;
  for (const NodeId& id : wish.nodes) {
    const Node& node = *snapshot.Find(id);
    const double of_all = SecondsFor(move, LoadOf(node, node.slots), policy);
    rates.seconds_per_slot.push_back((of_all - rates.seconds_per_move) /
                                     std::max(1, node.slots.size()));
  }
  return rates;
}

}  // namespace

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

SlotPlacement PlacementFor(const SlotWish& wish, const WorkingSnapshot& snapshot,
                           const Policy& policy, bool give_unowned) {
  MoveRates rates = RatesOf(wish, snapshot, policy);
  std::vector<SlotSet> current = wish.current;
  std::vector<int> counts = wish.counts;
  if (!give_unowned && !wish.unowned.empty()) {
    // Somebody who keeps what nobody may have.
    current.push_back(wish.unowned);
    counts.push_back(wish.unowned.size());
    rates.seconds_per_slot.push_back(0);
  }
  return PlaceSlots(current, counts, rates);
}

}  // namespace redisop
