// Adding a node to a shard.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_CREATE_MEMBER_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_CREATE_MEMBER_H_

#include <string>
#include <vector>

#include "services/planner/core/draft.h"

namespace redisop {

// Proposes a pod for the smallest member number of the shard that no pod has. `zone` and
// `not_on_hosts` as in CreatePod.
bool CreateMember(Draft& draft, const std::string& shard, const std::string& zone,
                  std::vector<std::string> not_on_hosts, Reason reason);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_CREATE_MEMBER_H_
