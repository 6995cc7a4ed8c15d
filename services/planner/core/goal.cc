#include "services/planner/core/goal.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "services/planner/core/lost_node.h"

namespace redisop {
namespace {

// All copies are gone, and that is accepted.
bool IsGivenUp(const WorkingSnapshot& snapshot, const Shard& shard, const Policy& policy) {
  const Node* primary = snapshot.Find(shard.primary);
  return primary != nullptr && IsLost(*primary) && IsLossAccepted(policy, shard) &&
         WhoMayReturn(snapshot, shard, *primary).empty();
}

// What the shard keeps at least when it stays: its share beside the heaviest shards. The slots
// above that move in any case.
int ShareBesideHeaviest(const Shape& shape, const ClusterSpec& spec, const Shard& shard) {
  std::vector<int> weights;
  for (const Shard& other : shape.shards) {
    weights.push_back(WeightOf(spec, other.name));
  }
  std::sort(weights.rbegin(), weights.rend());
  weights.resize(std::min(weights.size(), static_cast<size_t>(spec.number_of_primaries)));
  const int sum = std::max(1, std::accumulate(weights.begin(), weights.end(), 0));
  return (kSlotCount * WeightOf(spec, shard.name) + sum - 1) / sum;
}

// The shards that have the best reason to leave, one at a time, so that the zones
// of those that stay are counted anew.
std::set<std::string> ChooseLeaving(const WorkingSnapshot& snapshot, const Shape& shape,
                                    const ClusterSpec& spec, const Policy& policy) {
  std::vector<const Shard*> staying;
  std::map<std::string, int> in_zone;
  std::set<std::string> leaving;
  for (const Shard& shard : shape.shards) {
    if (shard.joining.empty() && IsGivenUp(snapshot, shard, policy)) {
      // Nothing of it is there to go on with; a new shard takes its place.
      leaving.insert(shard.name);
      continue;
    }
    staying.push_back(&shard);
    const Node* primary = snapshot.Find(shard.primary);
    ++in_zone[primary == nullptr ? "" : primary->zone];
  }
  while (static_cast<int>(staying.size()) > spec.number_of_primaries) {
    // Lower is a better reason to leave. A primary that can't be drained now stays last.
    const auto cost = [&](const Shard* shard) {
      const Node* primary = snapshot.Find(shard->primary);
      if (primary == nullptr) {
        return std::tuple(false, 0, uint64_t{0}, size_t{0}, 0);
      }
      if (IsGivenUp(snapshot, *shard, policy)) {
        return std::tuple(false, -1, uint64_t{0}, size_t{0}, 0);
      }
      const bool stuck =
          !primary->slots.empty() && (primary->unobserved || primary->health == Health::kFailed);
      const int share = ShareBesideHeaviest(shape, spec, *shard);
      return std::tuple(stuck, std::min(primary->slots.size(), share),
                        share == 0 ? uint64_t{0} : primary->keys,
                        shard->replicas.size() + shard->joining.size(), -in_zone[primary->zone]);
    };
    const auto first =
        std::min_element(staying.begin(), staying.end(), [&](const Shard* a, const Shard* b) {
          const auto cost_a = cost(a);
          const auto cost_b = cost(b);
          return cost_a != cost_b ? cost_a < cost_b : ShardNameLess(b->name, a->name);
        });
    const Node* primary = snapshot.Find((*first)->primary);
    --in_zone[primary == nullptr ? "" : primary->zone];
    leaving.insert((*first)->name);
    staying.erase(first);
  }
  return leaving;
}

// New shards out of spare nodes, one by one, so that primaries stay spread.
void AppointSpares(const WorkingSnapshot& snapshot, const Shape& shape, const ClusterSpec& spec,
                   std::set<std::string>& used, Goal& goal) {
  std::map<std::string, int> in_zone;
  std::map<std::string, int> on_host;
  for (const Shard& shard : shape.shards) {
    if (const Node* primary = snapshot.Find(shard.primary); primary != nullptr) {
      ++in_zone[primary->zone];
      ++on_host[primary->host];
    }
  }
  std::vector<const Node*> spares;
  for (const NodeId& id : shape.spares) {
    const Node* node = snapshot.Find(id);
    if (!node->unobserved && !node->leaving && node->role == Role::kPrimary && node->keys == 0) {
      spares.push_back(node);
    }
  }
  while (static_cast<int>(goal.kept.size()) < spec.number_of_primaries && !spares.empty()) {
    const auto best =
        std::min_element(spares.begin(), spares.end(), [&](const Node* a, const Node* b) {
          return std::tie(in_zone[a->zone], on_host[a->host], a->id) <
                 std::tie(in_zone[b->zone], on_host[b->host], b->id);
        });
    const Node* primary = *best;
    spares.erase(best);
    ++in_zone[primary->zone];
    ++on_host[primary->host];
    std::string name(ShardNameOf(primary->id));
    if (!used.insert(name).second) {
      name = primary->id;
      used.insert(name);
    }
    goal.kept.push_back(name);
    goal.appointed.push_back({primary->id, name});
  }
}

}  // namespace

Goal DecideGoal(const WorkingSnapshot& snapshot, const Shape& shape, const ClusterSpec& spec,
                const Policy& policy) {
  Goal goal;
  goal.leaving = ChooseLeaving(snapshot, shape, spec, policy);
  std::set<std::string> used;
  for (const Shard& shard : shape.shards) {
    if (!shard.joining.empty() || !IsGivenUp(snapshot, shard, policy)) {
      used.insert(shard.name);
    }
    if (goal.Keeps(shard.name)) {
      goal.kept.push_back(shard.name);
    }
  }
  AppointSpares(snapshot, shape, spec, used, goal);
  for (int number = 0; static_cast<int>(goal.kept.size()) < spec.number_of_primaries; ++number) {
    const std::string name = std::to_string(number);
    if (used.insert(name).second) {
      goal.leaving.erase(name);
      goal.kept.push_back(name);
      goal.created.push_back(name);
    }
  }
  std::sort(goal.kept.begin(), goal.kept.end(), ShardNameLess);
  return goal;
}

}  // namespace redisop
