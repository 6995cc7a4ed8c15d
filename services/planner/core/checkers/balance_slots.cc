#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "services/planner/core/assign_unowned.h"
#include "services/planner/core/checkers.h"
#include "services/planner/core/estimate.h"
#include "services/planner/core/load.h"
#include "services/planner/core/lost_node.h"
#include "services/planner/core/slot_wish.h"
#include "services/planner/core/slots/schedule.h"

namespace redisop {
namespace {

FindingCode ReasonFor(const Draft& draft, const Shape& shape, const NodeId& source) {
  const Shard* shard = shape.ShardOf(draft.now().Find(source));
  return shard != nullptr && !draft.goal.Keeps(shard->name) ? FindingCode::kShardSurplus
                                                            : FindingCode::kSlotsUnbalanced;
}

std::string BecauseOf(const SlotWish& wish, const SlotTransfer& transfer) {
  const auto source = static_cast<size_t>(transfer.source);
  const auto target = static_cast<size_t>(transfer.target);
  if (wish.load.has_value()) {
    return fmt::format("{} holds {}; {} holds {}", ShortId(wish.nodes[source]),
                       wish.load->HeldText(source), ShortId(wish.nodes[target]),
                       wish.load->HeldText(target));
  }
  return fmt::format("{} owns {} slots and should own {}; {} owns {} and should own {}",
                     ShortId(wish.nodes[source]), wish.current[source].size(), wish.counts[source],
                     ShortId(wish.nodes[target]), wish.current[target].size(), wish.counts[target]);
}

// Whether every target keeps its headroom; the first that would not is reported. Nothing moves
// before all fit.
bool Fits(Draft& draft, const SlotWish& wish, const std::vector<SlotTransfer>& transfers) {
  std::map<int, uint64_t> incoming;
  for (const SlotTransfer& transfer : transfers) {
    if (transfer.source != kUnassigned) {
      const Node* source = draft.now().Find(wish.nodes[static_cast<size_t>(transfer.source)]);
      incoming[transfer.target] += LoadOf(*source, transfer.slots).bytes;
    }
  }
  bool fits = true;
  for (const auto& [target, bytes] : incoming) {
    const Node* node = draft.now().Find(wish.nodes[static_cast<size_t>(target)]);
    const double room = static_cast<double>(node->max_memory_bytes) *
                        (1 - draft.policy.memory_headroom_percent / 100);
    const double then = static_cast<double>(node->used_memory_bytes + bytes);
    if (node->max_memory_bytes > 0 && then > room) {
      constexpr double kMebibyte = 1 << 20;
      draft.Block(BlockedCode::kTargetLacksMemory,
                  fmt::format("{} would hold {:.1f} MiB; {:.1f} MiB less {}% headroom are {:.1f} "
                              "MiB",
                              ShortId(node->id), then / kMebibyte,
                              static_cast<double>(node->max_memory_bytes) / kMebibyte,
                              draft.policy.memory_headroom_percent, room / kMebibyte),
                  FindingCode::kSlotsUnbalanced);
      fits = false;
    }
  }
  return fits;
}

// In the units of Bounds::load_moved.
uint64_t LoadMovedBy(const Step& step, const ClusterSpec& spec) {
  return (spec.balance == Balance::kKeys ? step.size.keys : step.size.bytes) +
         static_cast<uint64_t>(step.size.slots);
}

void ProposeMoves(Draft& draft, const SlotWish& wish, const std::vector<SlotTransfer>& transfers) {
  std::vector<Transfer> timed;
  std::vector<MigrateSlots> moves;
  Bounds& bounds = draft.plan().bounds;
  for (const SlotTransfer& transfer : transfers) {
    moves.push_back({wish.nodes[static_cast<size_t>(transfer.source)],
                     wish.nodes[static_cast<size_t>(transfer.target)], transfer.slots});
    const StepSize size = SizeOf(moves.back(), draft.now());
    timed.push_back(
        {transfer.source, transfer.target, SecondsFor(moves.back(), size, draft.policy)});
  }
  const Schedule schedule = ScheduleTransfers(timed, draft.policy.max_parallel_migrations);
  bounds.makespan_seconds_minimum = schedule.makespan_minimum;
  std::map<size_t, size_t> number_of;  // transfer to step
  const Shape shape = draft.shape();
  for (const Scheduled& scheduled : schedule.order) {
    Reason reason{ReasonFor(draft, shape, moves[scheduled.transfer].source_id),
                  BecauseOf(wish, transfers[scheduled.transfer])};
    if (scheduled.lane_before.has_value()) {
      if (const auto before = number_of.find(*scheduled.lane_before); before != number_of.end()) {
        reason.after.insert(before->second);
      }
    }
    const size_t number = draft.next_number();
    if (draft.Propose(std::move(moves[scheduled.transfer]), std::move(reason))) {
      number_of[scheduled.transfer] = number;
      bounds.load_moved +=
          wish.load.has_value() ? LoadMovedBy(draft.plan().steps.back(), draft.spec) : 0;
    }
  }
}

SlotSet ClosedSlots(const Plan& plan) {
  SlotSet closed;
  for (const Step& step : plan.steps) {
    if (const auto* close = std::get_if<CloseOpenSlot>(&step.kind)) {
      closed.Add(close->slots);
    }
  }
  return closed;
}

// The steps that make all forget who owned slots before; until then a new owner's claim is refused
// by those that know of the old one's.
std::set<size_t> GivenUp(const Plan& plan) {
  std::set<size_t> steps;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    if (std::holds_alternative<ForgetNode>(plan.steps[i].kind) &&
        plan.steps[i].reason == FindingCode::kPrimaryFailed) {
      steps.insert(i);
    }
  }
  return steps;
}

// No slot moves twice in one plan: a slot whose interrupted move was just finished stays, and
// another one of the same primary goes in its place.
void KeepClosedSlots(const SlotSet& closed, const SlotWish& wish,
                     std::vector<SlotTransfer>& transfers) {
  if (closed.empty()) {
    return;
  }
  SlotSet taken = closed;
  for (const SlotTransfer& transfer : transfers) {
    taken.Add(transfer.slots);
  }
  for (SlotTransfer& transfer : transfers) {
    if (transfer.source == kUnassigned) {
      continue;
    }
    for (const int slot : (transfer.slots & closed).Slots()) {
      const SlotSet free = wish.current[static_cast<size_t>(transfer.source)] - taken;
      if (free.empty()) {
        break;
      }
      const int instead = free.Slots().front();
      transfer.slots.Remove(slot);
      transfer.slots.Add(instead);
      taken.Add(instead);
    }
  }
}

// A shard that stays without slots is still a shard when no pod carries its name: its primary is
// not taken for a spare by the checkers that follow.
void KeepEmptiedShards(Draft& draft, const SlotWish& wish) {
  for (size_t i = 0; i < wish.nodes.size(); ++i) {
    if (wish.counts[i] != 0 || wish.current[i].empty()) {
      continue;
    }
    const Shard* shard = draft.shape().ShardOf(draft.now().Find(wish.nodes[i]));
    if (shard != nullptr && draft.goal.Keeps(shard->name)) {
      draft.Appoint(wish.nodes[i], std::string(shard->name));
    }
  }
}

void BlockWithoutLoads(Draft& draft, const SlotWish& wish) {
  if (!wish.without_loads.empty()) {
    draft.Block(
        BlockedCode::kNotSupported,
        fmt::format("the balance goes by {}, but {} of {} primaries tell nothing of their slots, "
                    "first {}; give slot_loads of every primary ({{\"slots\": \"0-99\", \"keys\": "
                    "10, \"bytes\": 2000}}), or balance by SLOTS",
                    draft.spec.balance == Balance::kKeys ? "KEYS" : "MEMORY",
                    wish.without_loads.size(), wish.nodes.size(), ShortId(wish.without_loads[0])),
        FindingCode::kSlotsUnbalanced);
  }
}

// Whoever owned the slots of a cluster that was formed may come back with all its data, as long as
// nobody says that it is gone.
bool IsTotalLossAccepted(Draft& draft) {
  const std::vector<std::string>& shards = draft.goal.kept;
  return std::all_of(shards.begin(), shards.end(),
                     [&](const std::string& shard) { return IsLossAccepted(draft.policy, shard); });
}

// Slots that nobody owns may be given away only when nobody can come back with their keys.
bool MayGive(Draft& draft, const SlotSet& unowned) {
  if (unowned.empty()) {
    return true;
  }
  if (!draft.now().formed()) {
    return false;
  }
  if (draft.now().owned().empty() && !IsTotalLossAccepted(draft)) {
    draft.Block(BlockedCode::kNeedsAllowDataLoss,
                "the cluster was formed once, and nobody who is there owns a slot; bring its nodes "
                "back, or accept that all data is lost by naming all shards in allow_data_loss",
                FindingCode::kSlotUncovered);
    return false;
  }
  for (const auto& [id, node] : draft.now().nodes()) {
    if (node.unobserved || IsLost(node)) {
      draft.Block(BlockedCode::kNodeNotObserved,
                  fmt::format("nobody owns slots {}, and {} could not be asked whether it has "
                              "their keys",
                              unowned.ToString(), ShortId(id)),
                  FindingCode::kSlotUncovered);
      return false;
    }
  }
  return true;
}

}  // namespace

void AssignUnowned(Draft& draft, const SlotWish& wish, const std::vector<SlotTransfer>& transfers,
                   std::set<size_t> after, bool one_before_all) {
  for (const SlotTransfer& transfer : transfers) {
    if (transfer.source != kUnassigned) {
      continue;
    }
    const size_t number = draft.next_number();
    const bool added =
        draft.Propose(AssignSlots{wish.nodes[static_cast<size_t>(transfer.target)], transfer.slots},
                      {FindingCode::kSlotUncovered,
                       fmt::format("nobody owns these {} slots", transfer.slots.size()), after});
    if (added && one_before_all) {
      after = {number};
      one_before_all = false;
    }
  }
}

void BalanceSlots(Draft& draft) {
  SlotWish wish = WishFor(draft.now(), draft.shape(), draft.goal, draft.spec, draft.policy, true);
  if (wish.nobody && !wish.nodes.empty()) {
    draft.Block(BlockedCode::kNoSafeTarget,
                "every shard that stays has weight 0, so none may own slots; give one of them a "
                "shard_weights above 0",
                FindingCode::kSlotsUnbalanced);
    return;
  }
  const bool give = MayGive(draft, wish.unowned);
  if (!give) {
    wish = WishFor(draft.now(), draft.shape(), draft.goal, draft.spec, draft.policy, false);
  }
  draft.plan().bounds.slots_moved_minimum = wish.moves_minimum;
  BlockWithoutLoads(draft, wish);
  if (wish.IsReached()) {
    return;
  }
  const SlotSet closed = ClosedSlots(draft.plan());
  auto [transfers, load_minimum] = PlacementFor(wish, draft.now(), draft.policy, closed, give);
  draft.plan().bounds.load_moved_minimum = static_cast<uint64_t>(load_minimum);
  if (!wish.load.has_value()) {
    KeepClosedSlots(closed, wish, transfers);
  }
  AssignUnowned(draft, wish, transfers, GivenUp(draft.plan()), false);
  std::erase_if(transfers, [](const SlotTransfer& t) { return t.source == kUnassigned; });
  if (Fits(draft, wish, transfers)) {
    KeepEmptiedShards(draft, wish);
    ProposeMoves(draft, wish, transfers);
  }
}

}  // namespace redisop
