// Which shards stay, which leave, and which are new: decided once per plan, from what is observed,
// so that every checker means the same.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_GOAL_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_GOAL_H_

#include <set>
#include <string>
#include <vector>

#include "common/model/cluster_spec.h"
#include "services/planner/core/shape.h"

namespace redisop {

struct Goal {
  // In the order of ShardNameLess. Shards that exist, then those to be made of spare nodes or pods.
  std::vector<std::string> kept;
  // Of the kept ones, those that no node belongs to yet.
  std::vector<std::string> created;
  // Spare nodes that become the primaries of new shards.
  struct Appointment {
    NodeId primary;
    std::string shard;
  };
  std::vector<Appointment> appointed;
  std::set<std::string> leaving;

  bool Keeps(const std::string& shard) const { return !leaving.contains(shard); }
};

// Which shards leave is decided by leaving_shards.h. New shards are made of spare nodes first, of
// the zones and then hosts with the fewest primaries, and take their name from them; then of pods,
// with the smallest unused numbers.
Goal DecideGoal(const WorkingSnapshot& snapshot, const Shape& shape, const ClusterSpec& spec,
                const Policy& policy);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_GOAL_H_
