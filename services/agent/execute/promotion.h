// What the planned and the forced promotion of a replica have in common.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_PROMOTION_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_PROMOTION_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/model/node_view.h"
#include "common/redis/redis_connection.h"
#include "common/redis/server_info.h"
#include "services/agent/execute/step_action.h"

namespace redisop {

// How long after a promotion at `last` the same node must not be promoted again at `now`; zero when
// it may. A time in the future (a clock that was set back) counts as now. Pure.
absl::Duration PromotionWait(absl::Time last, absl::Time now, absl::Duration node_timeout);

// FAILOVER_TOO_SOON while the node's last promotion is too recent, unless its engine is free of the
// flaw.
absl::Status CheckPromotionAllowed(StepContext& context, const ServerInfo& info);

// Why a promotion from `primary` makes no sense: WRONG_ROLE unless the node copies it. True when
// the node has taken its place already. Pure.
absl::StatusOr<bool> IsPromoted(const NodeView& view, const NodeId& primary);

// Until the node is a primary with slots; TIMED_OUT after `limit`.
absl::Status AwaitPromotion(StepContext& context, RedisConnection& redis, absl::Duration limit);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_PROMOTION_H_
