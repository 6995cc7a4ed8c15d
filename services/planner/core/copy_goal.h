// Which nodes copy which shard when all is done: decided for all shards at once, so that one shard
// does not take what another one needs more.
//
// Pure functions of the working snapshot. A checker asks anew when the plan has changed it; what
// was decided and then done is decided again, because keeping costs nothing.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_COPY_GOAL_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_COPY_GOAL_H_

#include <map>
#include <string>
#include <vector>

#include "common/model/cluster_spec.h"
#include "services/planner/core/goal.h"
#include "services/planner/core/placement/copy_placement.h"
#include "services/planner/core/shape.h"

namespace redisop {

struct CopyGoal {
  struct OfShard {
    std::vector<NodeId> replicas;       // nodes that copy it, or are to; ascending
    std::vector<std::string> new_pods;  // the zone of each pod to create; empty: anywhere
    int lacking = 0;                    // copies for which a required rule leaves no place
    CopyPairs pairs;                    // of all its copies, afterwards
  };
  // Shards that are not named stay as they are.
  std::map<std::string, OfShard> shards;
};

// Fills the gaps of shards with fewer copies than wished: with nodes of their own that wait, with
// spare nodes, then with new pods. Copies that are there stay.
CopyGoal DecideFilling(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                       const ClusterSpec& spec);

// For shards that are complete and whose primary serves: which of their nodes stay copies, so that
// the fewest share a host or a zone, at the least cost of synchronising. Nodes of such a shard that
// it does not name are surplus. A replica without a label may change its shard when
// replication_factor leaves another one behind; new pods are asked for only when it is known that a
// better host takes pods.
CopyGoal DecideImprovement(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                           const ClusterSpec& spec);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_COPY_GOAL_H_
