#include "services/planner/core/analysis.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "services/planner/core/placement_rules.h"
#include "services/planner/core/primary_spread.h"
#include "services/planner/core/shard_nodes.h"
#include "services/planner/core/slot_wish.h"

namespace redisop {
namespace {

const std::string kNoShard;

class Analysis {
 public:
  Analysis(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
           const ClusterSpec& spec, const Policy& policy)
      : now_(snapshot), shape_(shape), goal_(goal), spec_(spec), policy_(policy) {}

  std::vector<Finding> Run() {
    LookAtSlots();
    LookAtNodes();
    LookAtMeeting();
    LookAtShards();
    LookAtRoles();
    LookAtCopies();
    LookAtPods();
    LookAtWeights();
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const Finding& a, const Finding& b) { return a.code < b.code; });
    return std::move(findings_);
  }

 private:
  void Found(FindingCode code, std::vector<NodeId> ids, std::string shard, SlotSet slots,
             std::string text) {
    findings_.push_back(
        {code, std::move(ids), std::move(shard), std::move(slots), std::move(text)});
  }

  void LookAtSlots() {
    const SlotWish wish = WishFor(now_, shape_, goal_, spec_, policy_, true);
    if (!now_.formed() && wish.unowned.size() == kSlotCount) {
      Found(FindingCode::kClusterNotFormed, {}, "", {},
            fmt::format("{} nodes are to be formed into {} shards", now_.nodes().size(),
                        spec_.number_of_primaries));
      return;
    }
    if (!wish.unowned.empty()) {
      Found(FindingCode::kSlotUncovered, {}, "", wish.unowned,
            fmt::format("{} slots have no owner", wish.unowned.size()));
    }
    if (!wish.conflict.empty()) {
      Found(FindingCode::kSlotConflict, {}, "", wish.conflict,
            fmt::format("{} slots are claimed by two primaries", wish.conflict.size()));
      return;
    }
    std::vector<NodeId> uneven;
    for (size_t i = 0; i < wish.nodes.size(); ++i) {
      if (wish.IsReachedBy(i)) {
        continue;
      }
      const Shard* shard = shape_.ShardOf(now_.Find(wish.nodes[i]));
      if (shard != nullptr && goal_.Keeps(shard->name)) {
        uneven.push_back(wish.nodes[i]);
      }
    }
    if (!uneven.empty()) {
      const size_t count = uneven.size();
      Found(FindingCode::kSlotsUnbalanced, std::move(uneven), "", {},
            wish.load.has_value()
                ? fmt::format("{} primaries hold more or {} than their share", count,
                              wish.load->balance == Balance::kKeys ? "fewer keys" : "less memory")
                : fmt::format("{} primaries do not own their share; {} slots have to move", count,
                              wish.moves_minimum));
    }
    if (wish.load.has_value() && !wish.load->shares.hot.empty()) {
      LookAtHotSlots(wish);
    }
  }

  void LookAtHotSlots(const SlotWish& wish) {
    const LoadWish& load = *wish.load;
    std::set<NodeId> owners;
    SlotSet slots;
    int64_t largest = 0;
    for (const int slot : load.shares.hot) {
      const auto at = static_cast<size_t>(slot);
      slots.Add(slot);
      largest = std::max(largest, load.loads.load[at] - 1);
      if (load.loads.owner[at] >= 0) {
        owners.insert(wish.nodes[static_cast<size_t>(load.loads.owner[at])]);
      }
    }
    Found(FindingCode::kSlotHot, {owners.begin(), owners.end()}, "", slots,
          fmt::format("slots {}: each holds more than a primary's share, the largest {}; no plan "
                      "can balance that, and the rest is balanced without them",
                      slots.ToString(), load.Text(largest)));
  }

  void LookAtWeights() {
    constexpr size_t kShown = 20;
    const auto shown =
        goal_.kept.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, goal_.kept.size()));
    for (const auto& [name, weight] : spec_.shard_weights) {
      if (shape_.Find(name) == nullptr &&
          std::find(goal_.kept.begin(), goal_.kept.end(), name) == goal_.kept.end()) {
        Found(FindingCode::kWeightUnused, {}, name, {},
              fmt::format("a weight is given for shard {}, which is neither there nor to be made; "
                          "the shards are {}{}",
                          name, fmt::join(goal_.kept.begin(), shown, " "),
                          shown == goal_.kept.end() ? "" : " …"));
      }
    }
  }

  void LookAtNodes() {
    for (const auto& [id, node] : now_.nodes()) {
      const Shard* shard = shape_.ShardOf(&node);
      const std::string& name = shard == nullptr ? kNoShard : shard->name;
      for (const OpenSlot& open : node.open_slots) {
        Found(FindingCode::kSlotOpen, {id, open.peer}, name,
              SlotSet(SlotRange{open.slot, open.slot + 1}),
              fmt::format("{} has slot {} open: {} {}", ShortId(id), open.slot,
                          open.direction == OpenSlot::Direction::kMigrating ? "migrating to"
                                                                            : "importing from",
                          ShortId(open.peer)));
      }
      if (node.role == Role::kPrimary && node.health == Health::kFailed && !node.slots.empty()) {
        Found(FindingCode::kPrimaryFailed, {id}, name, node.slots,
              fmt::format("the primary of shard {} failed", name));
      } else if (IsLost(node)) {
        Found(FindingCode::kNodeLost, {id}, name, {},
              fmt::format("{} failed and has no pod", ShortId(id)));
      } else if (node.unobserved || node.health == Health::kFailed) {
        Found(FindingCode::kNodeUnobserved, {id}, name, {},
              fmt::format("{}{} did not answer", ShortId(id),
                          node.pod.empty() ? "" : fmt::format(" (pod {})", node.pod)));
      } else if (node.role == Role::kReplica && node.link != Link::kInSync) {
        Found(FindingCode::kReplicaNotInSync, {id}, name, {},
              fmt::format(
                  "{} {}", ShortId(id),
                  node.link == Link::kSyncing ? "is synchronising" : "has no link to its primary"));
      }
      if (node.role == Role::kReplica && shard != nullptr &&
          node.primary_id != shard->primary->id) {
        Found(FindingCode::kReplicaMisplaced, {id}, name, {},
              fmt::format("{} copies {} instead of {}", ShortId(id), ShortId(node.primary_id),
                          ShortId(shard->primary->id)));
      }
    }
    for (const NodeId& id : now_.lacking_functions()) {
      Found(FindingCode::kFunctionsMissing, {id}, "", {},
            fmt::format("{} lacks functions that others have", ShortId(id)));
    }
  }

  void LookAtMeeting() {
    if (!now_.formed()) {
      return;
    }
    std::vector<NodeId> apart;
    for (const auto& [id, node] : now_.nodes()) {
      const bool counts = !node.unobserved && !node.leaving && node.health != Health::kFailed &&
                          !now_.IsPending(id) && !now_.IsForgotten(id);
      const bool misses =
          std::any_of(node.unknown_ids.begin(), node.unknown_ids.end(), [&](const NodeId& other) {
            const Node* peer = now_.Find(other);
            return peer != nullptr && !peer->unobserved && !now_.IsForgotten(other);
          });
      if (counts && ((node.alone && now_.nodes().size() > 1) || misses)) {
        apart.push_back(id);
      }
    }
    if (!apart.empty()) {
      const size_t count = apart.size();
      Found(FindingCode::kNodesNotMet, std::move(apart), "", {},
            fmt::format("{} nodes do not know all others", count));
    }
  }

  void LookAtShards() {
    for (const std::string& name : goal_.created) {
      if (shape_.Find(name) != nullptr || !now_.formed()) {
        continue;
      }
      Found(FindingCode::kShardMissing, {}, name, {}, fmt::format("shard {} is not there", name));
    }
    for (const Shard& shard : shape_.shards) {
      if (!goal_.Keeps(shard.name)) {
        Found(FindingCode::kShardSurplus, {shard.primary->id}, shard.name, {},
              fmt::format("shard {} is one more than the {} wished for", shard.name,
                          spec_.number_of_primaries));
        continue;
      }
      const auto leaves = [](const Node* node) { return node->leaving; };
      const int replicas =
          static_cast<int>(shard.replicas.size()) -
          static_cast<int>(std::count_if(shard.replicas.begin(), shard.replicas.end(), leaves));
      missing_replicas_ +=
          std::max(0, spec_.replication_factor - replicas - static_cast<int>(shard.joining.size()));
      if (!now_.formed() || shard.primary->health == Health::kFailed) {
        continue;
      }
      if (replicas < spec_.replication_factor) {
        Found(FindingCode::kReplicaMissing, {shard.primary->id}, shard.name, {},
              fmt::format("shard {} has {} of {} replicas", shard.name, replicas,
                          spec_.replication_factor));
      } else if (const int all = replicas + ComingTo(shard); all > spec_.replication_factor) {
        Found(FindingCode::kReplicaSurplus, {shard.primary->id}, shard.name, {},
              fmt::format("shard {} has {} of {} wished replicas", shard.name, all,
                          spec_.replication_factor));
      }
    }
    // Spares that are about to be used are no finding of their own.
    const auto used = static_cast<size_t>(missing_replicas_);
    for (size_t i = used; i < shape_.spares.size(); ++i) {
      const NodeId& id = shape_.spares[i]->id;
      Found(FindingCode::kNodeSpare, {id}, "", {},
            fmt::format("{} has no slots and no duties", ShortId(id)));
    }
  }

  // A pod that finds no host is no surplus: it may wait for a better place than the others have.
  int ComingTo(const Shard& shard) const {
    return static_cast<int>(std::count_if(shard.joining.begin(), shard.joining.end(),
                                          [&](const Node* node) { return !IsStuck(now_, *node); }));
  }

  void LookAtRoles() {
    if (!now_.formed()) {
      return;
    }
    const PrimarySpread spread = SpreadOf(now_, shape_, goal_);
    TooManyPrimaries("zone", spread.in_zone, spread.most,
                     spread.excess.zones > spread.unavoidable.zones);
    // Hosts matter only within zones that are as even as they can be.
    TooManyPrimaries("host", spread.on_host, spread.most,
                     spread.excess.zones <= spread.unavoidable.zones &&
                         spread.excess.hosts > spread.unavoidable.hosts);
  }

  void TooManyPrimaries(std::string_view kind, const NameViewMap<int>& primaries, int most,
                        bool avoidable) {
    std::map<std::string_view, int> crowded;
    for (const auto& [place, count] : primaries) {
      if (avoidable && count > most) {
        crowded.emplace(place, count);
      }
    }
    for (const auto& [place, count] : crowded) {
      Found(FindingCode::kRolesUneven, {}, "", {},
            fmt::format("{} {} has {} primaries; with at most {} a majority outlives it", kind,
                        place, count, most));
    }
  }

  // Copies that share more than the number of hosts and zones makes them.
  void LookAtCopies() {
    std::optional<Places> places;
    for (const Shard& shard : shape_.shards) {
      const NodeList copies = CopiesOf(now_, shard);
      const CopyPairs pairs = PairsAmong(copies);
      if (pairs == CopyPairs()) {
        continue;
      }
      if (!places.has_value()) {
        places.emplace(now_);
      }
      const std::array<size_t, 2> number_of{places->hosts().size(), places->zones().size()};
      for (size_t k = 0; k < kPlaceKinds.size(); ++k) {
        const PlaceKind& kind = kPlaceKinds[k];
        const int fewest =
            FewestPairs(static_cast<int>(copies.size()), static_cast<int>(number_of[k]));
        if (pairs.*kind.of_pairs > fewest) {
          std::vector<NodeId> ids;
          for (const Node* node : copies) {
            ids.push_back(node->id);
          }
          Found(FindingCode::kCopiesTogether, std::move(ids), shard.name, {},
                SharedText(now_, shard, kind));
        }
      }
    }
  }

  void LookAtPods() {
    for (const auto& [name, pod] : now_.waiting_pods()) {
      Found(FindingCode::kPodWaiting, {}, pod.shard, {},
            pod.waiting_reason.empty() ? fmt::format("pod {} is starting", name)
                                       : fmt::format("pod {} waits: {}", name, pod.waiting_reason));
    }
  }

  const WorkingSnapshot& now_;
  const Shape& shape_;
  const Goal& goal_;
  const ClusterSpec& spec_;
  const Policy& policy_;
  std::vector<Finding> findings_;
  int missing_replicas_ = 0;
};

}  // namespace

std::vector<Finding> Analyse(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                             const ClusterSpec& spec, const Policy& policy) {
  return Analysis(snapshot, shape, goal, spec, policy).Run();
}

}  // namespace redisop
