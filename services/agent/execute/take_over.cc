// TakeOver: CLUSTER FAILOVER TAKEOVER, a promotion without votes. It can lose what the old primary
// had acknowledged, and makes two primaries if the old one lives; so only where this node itself
// sees that its primary failed and that the majority that could vote is gone.

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"
#include "services/agent/execute/promotion.h"
#include "services/agent/instances/instance_memory.h"

namespace redisop {
namespace {

constexpr absl::Duration kTakeOverMax = absl::Seconds(5);

bool IsGone(const Node& node) { return node.unobserved || node.health != Health::kOk; }

absl::Status CheckMajorityGone(const NodeView& view, const NodeId& primary) {
  int voters = 0;
  int gone = 0;
  for (const Node& peer : view.peers) {
    if (peer.id == primary && !IsGone(peer)) {
      return Refuse(Refusal::kStateChanged, "the primary is reachable");
    }
    if (peer.role == Role::kPrimary && !peer.slots.empty()) {
      ++voters;
      gone += IsGone(peer) ? 1 : 0;
    }
  }
  if ((voters - gone) * 2 > voters) {
    return Refuse(
        Refusal::kStateChanged,
        fmt::format("{} of {} primaries are there: an election will do", voters - gone, voters));
  }
  return absl::OkStatus();
}

class TakeOverAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const NodeId& primary = context.As<TakeOver>().primary_id;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
    ASSIGN_OR_RETURN(const bool promoted, IsPromoted(view, primary));
    if (promoted) {
      return "is the primary already";
    }
    RETURN_IF_ERROR(CheckMajorityGone(view, primary));
    RETURN_IF_ERROR(context.memory().RememberPromotion(context.clock().Now()));
    RETURN_IF_ERROR(Ask(*redis, {"CLUSTER", "FAILOVER", "TAKEOVER"}).status());
    RETURN_IF_ERROR(AwaitPromotion(context, *redis, kTakeOverMax));
    return "took over";
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeTakeOver() { return std::make_unique<TakeOverAction>(); }

}  // namespace redisop
