#include <fmt/format.h>

#include <algorithm>

#include "services/planner/core/assign_unowned.h"
#include "services/planner/core/checkers.h"
#include "services/planner/core/placement/role_spread.h"
#include "services/planner/core/places.h"

namespace redisop {
namespace {

// Forming was not done before, and is not done yet: slots are missing, and whoever has some is
// alone.
bool NeedsForming(const WorkingSnapshot& now) {
  return !now.formed() && now.owned().size() < kSlotCount;
}

// Forming touches only nodes that prove they are empty.
bool AllEmpty(Draft& draft) {
  bool empty = true;
  for (const auto& [id, node] : draft.now().nodes()) {
    if (node.unobserved || node.health == Health::kFailed) {
      draft.Block(BlockedCode::kNodeNotObserved,
                  fmt::format("{} did not answer; a cluster is formed only of nodes that all prove "
                              "they are empty",
                              ShortId(id)),
                  FindingCode::kClusterNotFormed);
      empty = false;
    } else if (node.keys > 0 || node.role == Role::kReplica) {
      draft.Block(BlockedCode::kNodesNotEmpty,
                  node.keys > 0 ? fmt::format("{} holds {} keys; a cluster is formed only of empty "
                                              "nodes",
                                              ShortId(id), node.keys)
                                : fmt::format("{} is a replica already", ShortId(id)),
                  FindingCode::kClusterNotFormed);
      empty = false;
    }
  }
  return empty;
}

// Who of each shard's nodes becomes its primary, so that primaries are spread.
void AppointPrimaries(Draft& draft) {
  const Shape shape = draft.shape();
  const Places places(draft.now());
  std::vector<ShardSeats> seats;
  for (const Shard& shard : shape.shards) {
    seats.push_back({.current = places.Of(*shard.primary), .candidates = {}});
    for (const Node* node : shard.primary->slots.empty() ? shard.joining : NodeList()) {
      seats.back().candidates.push_back(places.Of(*node));
    }
  }
  const std::vector<int> chosen = EvenSpread(seats).chosen;
  for (size_t i = 0; i < shape.shards.size(); ++i) {
    if (chosen[i] != RoleSpread::kStays) {
      draft.Appoint(shape.shards[i].joining[static_cast<size_t>(chosen[i])]->id,
                    shape.shards[i].name);
    }
  }
}

// The steps that set the epochs, to the lowest that nobody has; with a pod that is still to come
// all of them, for the barrier.
std::set<size_t> SetEpochs(Draft& draft, bool& pending) {
  std::vector<NodeId> fresh;
  std::set<uint64_t> taken;
  for (const auto& [id, node] : draft.now().nodes()) {
    taken.insert(node.config_epoch);
    if (node.alone && node.config_epoch == 0) {
      fresh.push_back(id);
    }
    pending = pending || draft.now().IsPending(id);
  }
  std::set<size_t> steps;
  uint64_t epoch = 0;
  for (const NodeId& id : fresh) {
    do {
      ++epoch;
    } while (taken.contains(epoch));
    const size_t number = draft.next_number();
    if (draft.Propose(SetConfigEpoch{id, epoch},
                      {FindingCode::kClusterNotFormed,
                       "no two primaries may start with the same config epoch"})) {
      steps.insert(number);
    }
  }
  return steps;
}

}  // namespace

void FormCluster(Draft& draft) {
  if (!NeedsForming(draft.now())) {
    return;
  }
  if (!AllEmpty(draft)) {
    return draft.Stop();
  }
  AddPods(draft);
  if (static_cast<int>(draft.shape().shards.size()) < draft.spec.number_of_primaries) {
    return draft.Stop();  // AddPods said why; a smaller cluster would have to grow right away
  }
  AppointPrimaries(draft);
  bool pending = false;
  const std::set<size_t> epochs = SetEpochs(draft, pending);
  const SlotWish wish =
      WishFor(draft.now(), draft.shape(), draft.goal, draft.spec, draft.policy, true);
  if (wish.nobody) {
    return;  // BalanceSlots says why
  }
  AssignUnowned(draft, wish,
                PlacementFor(wish, draft.now(), draft.policy, SlotSet(), true).transfers,
                pending ? epochs : std::set<size_t>(), pending);
}

}  // namespace redisop
