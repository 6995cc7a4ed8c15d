#include "services/planner/core/slot_wish.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "services/planner/core/estimate.h"
#include "services/planner/core/load.h"
#include "services/planner/core/slots/balance_load.h"

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

// Numbers of slots matter only where all of them have to go.
void WishByLoad(SlotWish& wish) {
  for (size_t i = 0; i < wish.nodes.size(); ++i) {
    if (wish.weights[i] == 0) {
      wish.moves_minimum += wish.counts[i];
      wish.counts[i] = 0;
    }
  }
}

void WishBySlots(const Policy& policy, int unassigned, SlotWish& wish) {
  const std::vector<int> sizes = wish.counts;
  const int total = std::accumulate(sizes.begin(), sizes.end(), unassigned);
  std::vector<Share> shares = SharesFor(wish.weights, total, policy.tolerance_percent);
  for (size_t i = 0; i < shares.size(); ++i) {
    if (!wish.without_loads.empty() && wish.weights[i] > 0) {
      shares[i] = {std::min(sizes[i], shares[i].low), std::max(sizes[i], shares[i].high)};
    }
  }
  wish.counts = FinalCounts(sizes, shares, unassigned);
  wish.moves_minimum = FewestMoves(sizes, shares, unassigned);
}

}  // namespace

bool SlotWish::IsReached() const {
  if (load.has_value()) {
    return !NeedsMoves(load->loads, load->shares);
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!IsReachedBy(i)) {
      return false;
    }
  }
  return true;
}

bool SlotWish::IsReachedBy(size_t node) const {
  if (load.has_value() && weights[node] > 0) {
    return load->shares.IsWithinTolerance(node);
  }
  return current[node].size() == counts[node];
}

SlotWish WishFor(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                 const ClusterSpec& spec, const Policy& policy, bool give_unowned) {
  SlotWish wish;
  SlotSet owned;
  wish.nodes.reserve(shape.shards.size());
  wish.current.reserve(shape.shards.size());
  for (const Shard& shard : shape.shards) {
    const Node* primary = shard.primary;
    if (primary->slots.empty() && IsLost(*primary)) {
      continue;
    }
    if (owned.Overlaps(primary->slots)) {
      wish.conflict.Add(owned & primary->slots);
    }
    owned.Add(primary->slots);
    wish.nodes.push_back(primary->id);
    wish.current.push_back(primary->slots);
    wish.counts.push_back(primary->slots.size());
    wish.weights.push_back(goal.Keeps(shard.name) ? WeightOf(spec, shard.name) : 0);
  }
  wish.unowned = SlotSet::All() - owned;
  wish.nobody = std::accumulate(wish.weights.begin(), wish.weights.end(), 0) == 0;
  if (wish.nobody || !wish.conflict.empty()) {
    return wish;
  }
  if (spec.balance != Balance::kSlots) {
    wish.without_loads = WithoutSlotLoads(snapshot, wish.nodes);
    LoadWish load = LoadWishFor(snapshot, wish.nodes, wish.weights, spec, policy, give_unowned);
    if (wish.without_loads.empty() && IsLoaded(load)) {
      wish.load = std::move(load);
      WishByLoad(wish);
      return wish;
    }
  }
  WishBySlots(policy, give_unowned ? wish.unowned.size() : 0, wish);
  return wish;
}

WishedPlacement PlacementFor(const SlotWish& wish, const WorkingSnapshot& snapshot,
                             const Policy& policy, const SlotSet& closed, bool give_unowned) {
  if (wish.load.has_value()) {
    std::vector<bool> fixed(kSlotCount, false);
    for (const int slot : closed.Slots()) {
      fixed[static_cast<size_t>(slot)] = true;
    }
    const SlotLoads& loads = wish.load->loads;
    const LoadBalance balance = BalanceLoad(loads, wish.load->shares, fixed);
    return {PlacementBetween(loads.owner, balance.owner).transfers, balance.moved_minimum};
  }
  MoveRates rates = RatesOf(wish, snapshot, policy);
  std::vector<SlotSet> current = wish.current;
  std::vector<int> counts = wish.counts;
  if (!give_unowned && !wish.unowned.empty()) {
    // Somebody who keeps what nobody may have.
    current.push_back(wish.unowned);
    counts.push_back(wish.unowned.size());
    rates.seconds_per_slot.push_back(0);
  }
  return {PlaceSlots(current, counts, rates).transfers, 0};
}

}  // namespace redisop
