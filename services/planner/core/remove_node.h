// Taking a node out of the cluster.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_REMOVE_NODE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_REMOVE_NODE_H_

#include <string>

#include "services/planner/core/draft.h"

namespace redisop {

// Proposes that all others forget the node, where they know it, and that its pod is deleted. False
// when one of the two is blocked; then the second is not proposed.
bool RemoveNode(Draft& draft, const NodeId& id, FindingCode finding, const std::string& because);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_REMOVE_NODE_H_
