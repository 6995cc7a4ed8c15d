#include "services/agent/execute/promotion.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "services/agent/execute/node_reading.h"
#include "services/agent/execute/refusal.h"
#include "services/agent/instances/instance_memory.h"

namespace redisop {

absl::Duration PromotionWait(absl::Time last, absl::Time now, absl::Duration node_timeout) {
  const absl::Duration since = std::max(now - last, absl::ZeroDuration());
  return std::max(4 * node_timeout - since, absl::ZeroDuration());
}

absl::Status CheckPromotionAllowed(StepContext& context, const ServerInfo& info) {
  const bool free_of_flaw =
      info.is_valkey &&
      (info.version_major > 8 || (info.version_major == 8 && info.version_minor >= 1));
  ASSIGN_OR_RETURN(const absl::Time last, context.memory().LastPromotion());
  const absl::Duration wait =
      PromotionWait(last, context.clock().Now(), context.instance().node_timeout);
  if (free_of_flaw || wait <= absl::ZeroDuration()) {
    return absl::OkStatus();
  }
  return Refuse(Refusal::kFailoverTooSoon,
                fmt::format("the node was promoted a moment ago; possible in {:.1f} s",
                            absl::ToDoubleSeconds(wait)));
}

absl::StatusOr<bool> IsPromoted(const NodeView& view, const NodeId& primary) {
  if (view.self.role == Role::kReplica && view.self.primary_id == primary) {
    return false;
  }
  const Node* other = FindPeer(view, primary);
  const bool other_owns = other != nullptr && !other->slots.empty();
  if (view.self.role == Role::kPrimary && !view.self.slots.empty() && !other_owns) {
    return true;
  }
  return Refuse(Refusal::kWrongRole, fmt::format("the node is no replica of {}", ShortId(primary)));
}

absl::Status AwaitPromotion(StepContext& context, RedisConnection& redis, absl::Duration limit) {
  return context.WaitUntil("the node to be primary", limit, [&]() -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const NodeView view, ReadView(redis));
    return view.self.role == Role::kPrimary && !view.self.slots.empty();
  });
}

}  // namespace redisop
