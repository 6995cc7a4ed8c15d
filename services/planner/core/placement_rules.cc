#include "services/planner/core/placement_rules.h"

#include <fmt/format.h>

#include <map>

#include "services/planner/core/primary_spread.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {

CopyPairs PairsOfShard(const WorkingSnapshot& snapshot, const Shard& shard) {
  return PairsAmong(CopiesOf(snapshot, shard));
}

CopyPairs PairsOfAll(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                     const CopyGoal& decided) {
  CopyPairs all;
  for (const Shard& shard : shape.shards) {
    if (!goal.Keeps(shard.name)) {
      continue;
    }
    const auto found = decided.shards.find(shard.name);
    const CopyPairs pairs =
        found == decided.shards.end() ? PairsOfShard(snapshot, shard) : found->second.pairs;
    all.hosts += pairs.hosts;
    all.zones += pairs.zones;
  }
  return all;
}

int ViolationsOf(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal) {
  const CopyPairs pairs = PairsOfAll(snapshot, shape, goal, CopyGoal());
  const RoleExcess excess = SpreadOf(snapshot, shape, goal).excess;
  return pairs.hosts + pairs.zones + excess.zones + excess.hosts;
}

std::string SharedText(const WorkingSnapshot& snapshot, const Shard& shard, const PlaceKind& kind) {
  std::map<std::string, int> copies;
  std::string fullest;
  for (const Node* node : CopiesOf(snapshot, shard)) {
    const std::string& place = node->*kind.of_node;
    if (!place.empty() && ++copies[place] > copies[fullest]) {
      fullest = place;
    }
  }
  return copies[fullest] > 1 ? fmt::format("{} copies of shard {} share {} {}", copies[fullest],
                                           shard.name, kind.name, fullest)
                             : std::string();
}

}  // namespace redisop
