#include "services/planner/core/impossible_placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "services/planner/core/copy_goal.h"
#include "services/planner/core/placement_rules.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

// Why copies have to share places of one kind.
struct Proof {
  const PlaceKind* kind = nullptr;
  bool counted = false;  // by the numbers alone
  std::string text;
};

class Prover {
 public:
  Prover(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
         const ClusterSpec& spec)
      : now_(snapshot), shape_(shape), goal_(goal), spec_(spec), places_(snapshot) {
    if (spec.hosts == Spread::kRequired) {
      proofs_.push_back(ProofOf(kPlaceKinds[0], places_.rooms()));
    }
    if (spec.zones == Spread::kRequired) {
      proofs_.push_back(ProofOf(
          kPlaceKinds[1], static_cast<int>(std::count_if(places_.rooms_of_zone().begin(),
                                                         places_.rooms_of_zone().end(),
                                                         [](int rooms) { return rooms > 0; }))));
    }
  }

  std::vector<PlacementGap> Run() {
    std::vector<PlacementGap> gaps;
    const CopyGoal filling = DecideFilling(now_, shape_, goal_, spec_);
    const CopyGoal improvement = DecideImprovement(now_, shape_, goal_, spec_);
    for (const Shard& shard : shape_.shards) {
      if (!goal_.Keeps(shard.name)) {
        continue;
      }
      if (const auto decided = filling.shards.find(shard.name);
          decided != filling.shards.end() && decided->second.lacking > 0) {
        gaps.push_back({FindingCode::kReplicaMissing, LackingText(shard, decided->second.lacking)});
      }
      const auto decided = improvement.shards.find(shard.name);
      for (const Proof& proof : proofs_) {
        const std::string text = SharingText(
            shard, proof, decided == improvement.shards.end() ? nullptr : &decided->second);
        if (!text.empty()) {
          gaps.push_back({FindingCode::kCopiesTogether, text});
        }
      }
    }
    return gaps;
  }

 private:
  // There are fewer places than copies; or, where no pods can be created, more nodes at one place
  // than shards (Gale–Ryser).
  Proof ProofOf(const PlaceKind& kind, int rooms) const {
    const int copies = 1 + spec_.replication_factor;
    if (rooms > 0) {
      return {&kind, rooms < copies,
              fmt::format("{} copies need as many {}s, and {} {} pods", copies, kind.name, rooms,
                          rooms == 1 ? "takes" : "take")};
    }
    std::map<std::string, int> nodes;
    std::string fullest;
    for (const auto& [id, node] : now_.nodes()) {
      const Shard* shard = shape_.ShardOf(&node);
      const std::string& place = node.*kind.of_node;
      if (Counts(now_, node) && !place.empty() && (shard == nullptr || goal_.Keeps(shard->name)) &&
          ++nodes[place] > nodes[fullest]) {
        fullest = place;
      }
    }
    std::vector<int> counts;
    for (const auto& [place, count] : nodes) {
      counts.push_back(count);
    }
    const int shards = static_cast<int>(goal_.kept.size());
    const int together = FewestTogether(counts, shards);
    if (together == 0) {
      return {&kind, false, fmt::format("no node in another {} is free", kind.name)};
    }
    return {&kind, true,
            fmt::format("{} {} too many for their {}s: {} shards can use {} of one {}, and {} has "
                        "{}",
                        together, together == 1 ? "node is" : "nodes are", kind.name, shards,
                        shards, kind.name, fullest, nodes[fullest])};
  }

  std::string LackingText(const Shard& shard, int lacking) const {
    const auto counted = std::find_if(proofs_.begin(), proofs_.end(),
                                      [](const Proof& proof) { return proof.counted; });
    const Proof& proof = counted == proofs_.end() ? proofs_.front() : *counted;
    return fmt::format("shard {} lacks {}, which would share a {}; {}", shard.name,
                       lacking == 1 ? "a copy" : fmt::format("{} copies", lacking),
                       proof.kind->name, proof.text);
  }

  // Empty: the copies are apart, or will be.
  std::string SharingText(const Shard& shard, const Proof& proof,
                          const CopyGoal::OfShard* decided) const {
    const CopyPairs pairs = decided == nullptr ? PairsOfShard(now_, shard) : decided->pairs;
    const std::string shared = SharedText(now_, shard, *proof.kind);
    if (shared.empty()) {
      return shared;
    }
    if (pairs.*proof.kind->of_pairs > 0) {
      return fmt::format("{}; {}", shared, proof.text);
    }
    for (const NodeId& id : decided == nullptr ? std::vector<NodeId>() : decided->replicas) {
      if (IsStuck(now_, *now_.Find(id))) {
        const Pod* pod = now_.WaitingPod(id);
        return fmt::format("{}; pod {} waits: {}", shared, pod->name, pod->waiting_reason);
      }
    }
    return std::string();
  }

  const WorkingSnapshot& now_;
  const Shape& shape_;
  const Goal& goal_;
  const ClusterSpec& spec_;
  const Places places_;
  std::vector<Proof> proofs_;
};

}  // namespace

std::vector<PlacementGap> ImpossiblePlacements(const WorkingSnapshot& snapshot, const Shape& shape,
                                               const Goal& goal, const ClusterSpec& spec) {
  if (spec.hosts != Spread::kRequired && spec.zones != Spread::kRequired) {
    return {};
  }
  return Prover(snapshot, shape, goal, spec).Run();
}

}  // namespace redisop
