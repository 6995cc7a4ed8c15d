// How well a cluster keeps the rules of placement: copies of a shard apart by host and by zone, and
// no majority of the primaries in one of them.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_RULES_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_RULES_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "services/planner/core/copy_goal.h"
#include "services/planner/core/goal.h"
#include "services/planner/core/places.h"
#include "services/planner/core/shape.h"

namespace redisop {

// The two kinds of places that copies of a shard should not share.
struct PlaceKind {
  std::string_view name;
  std::string Node::*of_node;
  int CopyPairs::*of_pairs;
};
inline constexpr std::array<PlaceKind, 2> kPlaceKinds = {
    PlaceKind{"host", &Node::host, &CopyPairs::hosts},
    PlaceKind{"zone", &Node::zone, &CopyPairs::zones}};

// Pairs of copies of one shard on one host, and in one zone.
CopyPairs PairsOfShard(const WorkingSnapshot& snapshot, const Shard& shard);

// Those of all shards that are kept; shards that `decided` names count as they are to be.
CopyPairs PairsOfAll(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                     const CopyGoal& decided);

// Bounds::placement_violations: those pairs, and the primaries above the most that a zone or a host
// may hold (primary_spread.h).
int ViolationsOf(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal);

// "2 copies of shard 0 share host h1": the fullest place of that kind; empty when all are apart.
std::string SharedText(const WorkingSnapshot& snapshot, const Shard& shard, const PlaceKind& kind);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_RULES_H_
