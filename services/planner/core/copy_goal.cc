#include "services/planner/core/copy_goal.h"

#include <algorithm>
#include <utility>

#include "services/planner/core/copy_decision.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

// Copies that the shard lacks.
int GapOf(const WorkingSnapshot& snapshot, const Shard& shard, const ClusterSpec& spec) {
  const auto counts = [&](const Node* node) { return Counts(snapshot, *node); };
  const auto copies = std::count_if(shard.replicas.begin(), shard.replicas.end(), counts) +
                      (counts(shard.primary) ? 1 : 0);
  return 1 + spec.replication_factor - static_cast<int>(copies);
}

class Filling : public CopyDecision {
 public:
  Filling(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
          const ClusterSpec& spec)
      : CopyDecision(snapshot, shape, goal, spec, CopyProblem::Aim::kFill) {
    for (const Shard& shard : shape.shards) {
      if (!goal.Keeps(shard.name)) {
        continue;
      }
      // Whoever is attached anew is attached where it can stay.
      if (HasMovable(shard)) {
        AddChoice(shard, /*exchange=*/true);
      } else if (const int gap = GapOf(snapshot, shard, spec); gap > 0) {
        AddGap(shard, gap);
      } else {
        LeaveAlone(shard);
      }
    }
    if (HasDemands()) {
      // What is left of a shard that leaves is on its way out.
      NodeList spares = ThatCount(snapshot, shape.spares);
      std::erase_if(spares, [&](const Node* node) {
        return goal.leaving.contains(node->shard.empty() ? std::string(ShardNameOf(node->id))
                                                         : node->shard);
      });
      AddSpares(std::move(spares));
    }
  }
};

class Improvement : public CopyDecision {
 public:
  Improvement(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
              const ClusterSpec& spec)
      : CopyDecision(snapshot, shape, goal, spec, CopyProblem::Aim::kImprove) {
    bool crowded = false;
    for (const Shard& shard : shape.shards) {
      crowded = crowded || (IsComplete(shard) && IsCrowded(shard));
    }
    for (const Shard& shard : shape.shards) {
      if (!goal.Keeps(shard.name)) {
        continue;
      }
      // Who is well placed matters only when somebody else could be helped by it.
      if (IsComplete(shard) &&
          (HasSurplus(shard) || (crowded && HasMovable(shard)) || (crowded && IsCrowded(shard)))) {
        AddChoice(shard, crowded);
      } else {
        LeaveAlone(shard);
      }
    }
    if (crowded) {
      // Who has served before is on its way out.
      NodeList spares = ThatCount(snapshot, shape.spares);
      std::erase_if(spares, [](const Node* node) { return node->config_epoch > 0; });
      AddSpares(std::move(spares));
    }
  }

 private:
  int MembersIn(const Shard& shard) const {
    return static_cast<int>(MembersOf(now_, shard).size());
  }
  bool IsComplete(const Shard& shard) const {
    return IsSteady(shard) && MembersIn(shard) >= spec_.replication_factor;
  }
  bool HasSurplus(const Shard& shard) const { return MembersIn(shard) > spec_.replication_factor; }

  // Its copies share more than the number of hosts and zones makes them.
  bool IsCrowded(const Shard& shard) const {
    std::vector<Place> copies{places_.Of(PrimaryOf(shard))};
    for (const Node* node : MembersOf(now_, shard)) {
      copies.push_back(places_.Of(*node));
    }
    const CopyPairs pairs = PairsOf(copies);
    const CopyPairs fewest = places_.FewestPairsOf(static_cast<int>(copies.size()));
    return pairs.hosts > fewest.hosts || pairs.zones > fewest.zones;
  }
};

}  // namespace

CopyGoal DecideFilling(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                       const ClusterSpec& spec) {
  const bool gaps = std::any_of(shape.shards.begin(), shape.shards.end(), [&](const Shard& shard) {
    return goal.Keeps(shard.name) && GapOf(snapshot, shard, spec) > 0;
  });
  return gaps ? Filling(snapshot, shape, goal, spec).Solve() : CopyGoal();
}

CopyGoal DecideImprovement(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                           const ClusterSpec& spec) {
  // In most clusters there is nothing to look into.
  const bool matters = std::any_of(shape.shards.begin(), shape.shards.end(), [&](const Shard& s) {
    NodeList nodes = MembersOf(snapshot, s);
    const bool surplus = static_cast<int>(nodes.size()) > spec.replication_factor;
    nodes.push_back(s.primary);
    return goal.Keeps(s.name) && (surplus || PairsAmong(nodes) != CopyPairs());
  });
  return matters ? Improvement(snapshot, shape, goal, spec).Solve() : CopyGoal();
}

}  // namespace redisop
