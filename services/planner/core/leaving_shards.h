// Which shards leave when there are more than wished.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_LEAVING_SHARDS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_LEAVING_SHARDS_H_

#include <set>
#include <string>

#include "common/model/cluster_spec.h"
#include "services/planner/core/shape.h"

namespace redisop {

// All copies are gone, and the policy accepts that.
bool IsGivenUp(const WorkingSnapshot& snapshot, const Shard& shard, const Policy& policy);

// Any shard can leave. Those go that are lost and given up, however many are wished for. Then those
// that placement/leaving_choice.h chooses: what has to move is measured in bytes, keys and slots
// alike, and compared in eighths of what an average shard holds, so that the choice does not follow
// every write. Among equals the zone with most primaries gives one, then a shard goes whose slots
// lie between those of others that stay, so that they join ranges; then the highest name.
std::set<std::string> LeavingShards(const WorkingSnapshot& snapshot, const Shape& shape,
                                    const ClusterSpec& spec, const Policy& policy);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_LEAVING_SHARDS_H_
