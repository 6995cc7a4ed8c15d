#include "services/planner/core/goal.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "services/planner/core/leaving_shards.h"

namespace redisop {
namespace {

// A spare node that can become a primary, and how many primaries there are where it is.
struct Spare {
  const Node* node = nullptr;
  int* in_zone = nullptr;
  int* on_host = nullptr;
};

bool CanBePrimary(const Node& node) {
  return !node.unobserved && !node.leaving && node.role == Role::kPrimary && node.keys == 0;
}

// New shards out of spare nodes, one by one, each where the fewest primaries are. Taking the best
// one each time is exact here: the filling of zones, and of hosts within them, is convex.
void AppointSpares(const Shape& shape, const ClusterSpec& spec, std::set<std::string>& used,
                   Goal& goal) {
  if (shape.spares.empty()) {
    return;
  }
  std::map<std::string, int> in_zone;
  std::map<std::string, int> on_host;
  for (const Shard& shard : shape.shards) {
    if (goal.Keeps(shard.name)) {
      ++in_zone[shard.primary->zone];
      ++on_host[shard.primary->host];
    }
  }
  std::vector<Spare> spares;
  for (const Node* node : shape.spares) {
    if (CanBePrimary(*node)) {
      spares.push_back({node, &in_zone[node->zone], &on_host[node->host]});
    }
  }
  while (static_cast<int>(goal.kept.size()) < spec.number_of_primaries && !spares.empty()) {
    const auto best =
        std::min_element(spares.begin(), spares.end(), [](const Spare& a, const Spare& b) {
          return std::tie(*a.in_zone, *a.on_host, a.node->id) <
                 std::tie(*b.in_zone, *b.on_host, b.node->id);
        });
    ++*best->in_zone;
    ++*best->on_host;
    const NodeId& primary = best->node->id;
    std::string name(ShardNameOf(primary));
    if (!used.insert(name).second) {
      name = primary;
      used.insert(name);
    }
    goal.kept.push_back(name);
    goal.appointed.push_back({primary, name});
    spares.erase(best);
  }
}

// Makes up the number: of spare nodes, then of pods.
void AddShards(const WorkingSnapshot& snapshot, const Shape& shape, const ClusterSpec& spec,
               const Policy& policy, Goal& goal) {
  std::set<std::string> used;
  for (const Shard& shard : shape.shards) {
    if (!shard.joining.empty() || !IsGivenUp(snapshot, shard, policy)) {
      used.insert(shard.name);
    }
  }
  AppointSpares(shape, spec, used, goal);
  for (int number = 0; static_cast<int>(goal.kept.size()) < spec.number_of_primaries; ++number) {
    const std::string name = std::to_string(number);
    if (used.insert(name).second) {
      goal.leaving.erase(name);
      goal.kept.push_back(name);
      goal.created.push_back(name);
    }
  }
}

}  // namespace

Goal DecideGoal(const WorkingSnapshot& snapshot, const Shape& shape, const ClusterSpec& spec,
                const Policy& policy) {
  Goal goal;
  goal.leaving = LeavingShards(snapshot, shape, spec, policy);
  for (const Shard& shard : shape.shards) {
    if (goal.Keeps(shard.name)) {
      goal.kept.push_back(shard.name);
    }
  }
  if (static_cast<int>(goal.kept.size()) < spec.number_of_primaries) {
    AddShards(snapshot, shape, spec, policy, goal);
  }
  if (!std::is_sorted(goal.kept.begin(), goal.kept.end(), ShardNameLess)) {
    std::sort(goal.kept.begin(), goal.kept.end(), ShardNameLess);
  }
  return goal;
}

}  // namespace redisop
