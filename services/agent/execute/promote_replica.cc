// PromoteReplica: plain CLUSTER FAILOVER. The primary pauses writers until the replica has
// everything, so nothing acknowledged is lost. What Redis doesn't check is checked here: a replica
// that isn't close behind would keep writers paused, and a second failover of the same replica
// within 4 × node-timeout uses its old votes, is undone at once and ends in a full copy
// (redis/redis#8752; fixed in Valkey 8.1).

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"
#include "services/agent/execute/promotion.h"
#include "services/agent/instances/instance_memory.h"

namespace redisop {
namespace {

constexpr uint64_t kLagBytesMax = 16 << 20;
// An idle primary says something every 10 s (repl-ping-replica-period).
constexpr int64_t kSilentSecondsMax = 11;
// The server gives up silently after 5 s.
constexpr absl::Duration kFailoverMax = absl::Seconds(6);
constexpr absl::Duration kKnownWithin = absl::Seconds(5);
constexpr absl::Duration kOldPrimaryFollowsWithin = absl::Seconds(5);

class PromoteReplicaAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const NodeId& replica = context.As<PromoteReplica>().replica_id;
    const NodeId& primary = context.As<PromoteReplica>().primary_id;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
    ASSIGN_OR_RETURN(const bool promoted, IsPromoted(view, primary));
    if (promoted) {
      return "is the primary already";
    }
    ASSIGN_OR_RETURN(const ServerInfo info, ReadServerInfo(*redis));
    ASSIGN_OR_RETURN(auto old_primary, context.ConnectPeer(primary));
    RETURN_IF_ERROR(CheckInSync(info, *old_primary));
    RETURN_IF_ERROR(CheckPromotionAllowed(context, info));
    RETURN_IF_ERROR(AwaitVoters(context, view, primary));
    const absl::Duration start = context.clock().Monotonic();
    RETURN_IF_ERROR(context.memory().RememberPromotion(context.clock().Now()));
    RETURN_IF_ERROR(Ask(*redis, {"CLUSTER", "FAILOVER"}).status());
    RETURN_IF_ERROR(AwaitPromotion(context, *redis, kFailoverMax));
    const double seconds = absl::ToDoubleSeconds(context.clock().Monotonic() - start);
    RETURN_IF_ERROR(AwaitOldPrimary(context, *old_primary, replica));
    // A promotion with old votes is undone within this time.
    RETURN_IF_ERROR(AwaitPromotion(context, *redis, absl::Milliseconds(1)));
    return fmt::format("promoted in {:.3f} s", seconds);
  }

 private:
  static absl::Status CheckInSync(const ServerInfo& info, RedisConnection& primary) {
    if (info.loading || info.link != Link::kInSync ||
        info.primary_silent_seconds > kSilentSecondsMax) {
      return Refuse(Refusal::kNotInSync, "the link to the primary is not up");
    }
    ASSIGN_OR_RETURN(const ServerInfo other, ReadServerInfo(primary));
    const uint64_t lag = other.offset > info.offset ? other.offset - info.offset : 0;
    if (lag > kLagBytesMax) {
      return Refuse(Refusal::kNotInSync, fmt::format("the replica is {} bytes behind", lag));
    }
    return absl::OkStatus();
  }

  // A primary that hasn't heard yet whose replica this is denies its vote, and the primary to be
  // replaced ignores the request: the failover would fail silently, with writers paused for
  // nothing.
  static absl::Status AwaitVoters(StepContext& context, const NodeView& view,
                                  const NodeId& primary) {
    std::map<NodeId, std::unique_ptr<RedisConnection>> undecided;
    int voters = 0;
    for (const Node& peer : view.peers) {
      if (peer.role == Role::kPrimary && !peer.slots.empty()) {
        ++voters;
        undecided[peer.id] = context.ConnectPeer(peer.id).value_or(nullptr);
      }
    }
    const auto is_informed = [&view, &primary](RedisConnection* voter) {
      const auto its = voter != nullptr ? ReadView(*voter) : absl::UnavailableError("not reached");
      const Node* self = its.ok() ? FindPeer(*its, view.self.id) : nullptr;
      return self != nullptr && self->role == Role::kReplica && self->primary_id == primary;
    };
    const absl::Status status =
        context.WaitUntil("the primaries to know the replica", kKnownWithin, [&] {
          std::erase_if(undecided,
                        [&](const auto& voter) { return is_informed(voter.second.get()); });
          const int informed = voters - static_cast<int>(undecided.size());
          return informed * 2 > voters && !undecided.contains(primary);
        });
    return RefusalOf(status) == Refusal::kTimedOut
               ? Refuse(Refusal::kNotInSync,
                        fmt::format("{} of {} primaries don't know the replica as one",
                                    undecided.size(), voters))
               : status;
  }

  // The old primary hears of the election a moment later than the replica that won it.
  static absl::Status AwaitOldPrimary(StepContext& context, RedisConnection& old_primary,
                                      const NodeId& replica) {
    return context.WaitUntil(
        "the old primary to follow", kOldPrimaryFollowsWithin, [&]() -> absl::StatusOr<bool> {
          const auto view = ReadView(old_primary);
          if (absl::IsUnavailable(view.status()) || absl::IsDeadlineExceeded(view.status())) {
            return true;  // it is gone; the promotion stands
          }
          RETURN_IF_ERROR(view.status());
          return view->self.role == Role::kReplica && view->self.primary_id == replica;
        });
  }
};

}  // namespace

std::unique_ptr<StepAction> MakePromoteReplica() {
  return std::make_unique<PromoteReplicaAction>();
}

}  // namespace redisop
