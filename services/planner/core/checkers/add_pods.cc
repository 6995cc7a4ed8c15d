#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>

#include "services/planner/core/checkers.h"
#include "services/planner/core/copy_goal.h"
#include "services/planner/core/create_member.h"
#include "services/planner/core/places.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

bool HasMembers(const Draft& draft, const Shard& shard) {
  const auto counts = [&](const Node* node) { return Counts(draft.now(), *node); };
  return counts(shard.primary) ||
         std::any_of(shard.replicas.begin(), shard.replicas.end(), counts) ||
         std::any_of(shard.joining.begin(), shard.joining.end(), counts);
}

// Where the first members of new shards go, which are to be their primaries.
class PrimaryZones {
 public:
  explicit PrimaryZones(Draft& draft)
      : places_(draft.now()),
        primaries_(places_.zones().size(), 0),
        copies_(places_.zones().size(), 0) {
    const Shape& shape = draft.shape();
    for (const auto& [id, node] : draft.now().nodes()) {
      const Shard* shard = shape.ShardOf(&node);
      const int zone = places_.Of(node).zone;
      if (zone != kUnknownPlace && shard != nullptr && draft.goal.Keeps(shard->name) &&
          Counts(draft.now(), node)) {
        Add(zone, shard->primary == &node);
      }
    }
  }

  // The zone with the fewest primaries, then with the fewest copies for its hosts, then by name;
  // empty when none is known. Takes note of the choice. Taking the best one each time is exact.
  std::string Next() {
    int best = kUnknownPlace;
    for (int zone = 0; zone < static_cast<int>(primaries_.size()); ++zone) {
      if (places_.rooms_of_zone()[static_cast<size_t>(zone)] > 0 &&
          (best == kUnknownPlace || CostOf(zone) < CostOf(best))) {
        best = zone;
      }
    }
    if (best != kUnknownPlace) {
      Add(best, true);
    }
    return std::string(places_.ZoneName(best));
  }

 private:
  void Add(int zone, bool primary) {
    ++copies_[static_cast<size_t>(zone)];
    primaries_[static_cast<size_t>(zone)] += primary ? 1 : 0;
  }

  std::tuple<int, double> CostOf(int zone) const {
    const auto z = static_cast<size_t>(zone);
    return {primaries_[z], static_cast<double>(copies_[z]) / places_.rooms_of_zone()[z]};
  }

  const Places places_;
  std::vector<int> primaries_;
  std::vector<int> copies_;
};

}  // namespace

void AddPods(Draft& draft) {
  const Shape before = draft.shape();
  std::optional<PrimaryZones> zones;
  for (const std::string& name : draft.goal.kept) {
    const Shard* shard = before.Find(name);
    if (shard == nullptr || !HasMembers(draft, *shard)) {
      if (!zones.has_value()) {
        zones.emplace(draft);
      }
      CreateMember(draft, name, zones->Next(), {},
                   {FindingCode::kShardMissing, fmt::format("shard {} has no node yet", name)});
    }
  }
  // Nodes that carry the label of a shard that was just made belong to it.
  const Shape shape = draft.shape();
  const CopyGoal goal = DecideFilling(draft.now(), shape, draft.goal, draft.spec);
  const int replicas = draft.spec.replication_factor;
  for (const std::string& name : draft.goal.kept) {
    const auto decided = goal.shards.find(name);
    // Without its first member a shard gets no others.
    if (decided == goal.shards.end() || !HasMembers(draft, *shape.Find(name))) {
      continue;
    }
    for (const std::string& zone : decided->second.new_pods) {
      CreateMember(
          draft, name, zone, {},
          {FindingCode::kReplicaMissing, fmt::format("shard {} needs {} {}", name, replicas,
                                                     replicas == 1 ? "replica" : "replicas")});
    }
  }
}

}  // namespace redisop
