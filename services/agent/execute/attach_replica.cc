// AttachReplica: makes this node the replica of a primary, and waits for the copy. The node's own
// data goes, so it must have none that counts: no slots, and no keys unless it copies another
// primary already.

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

// How long the view of a node that has just been met may still be wrong about the primary's role.
constexpr absl::Duration kRoleKnownWithin = absl::Seconds(5);

absl::StatusOr<bool> IsPrimaryKnown(RedisConnection& redis, const NodeId& primary) {
  ASSIGN_OR_RETURN(const NodeView view, ReadView(redis));
  return FindPeer(view, primary) != nullptr;
}

// False while the node doesn't see the primary as one yet.
absl::StatusOr<bool> Replicate(RedisConnection& redis, const NodeId& primary) {
  ASSIGN_OR_RETURN(const Reply reply,
                   redis.Call({"CLUSTER", "REPLICATE", primary}, kAnswerTimeout));
  if (!reply.IsError()) {
    return true;
  }
  const bool not_yet = reply.text.find("nknown node") != std::string::npos ||
                       reply.text.find("only replicate a") != std::string::npos;
  return not_yet ? absl::StatusOr<bool>(false) : ErrorOf(reply, "CLUSTER REPLICATE");
}

class AttachReplicaAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const NodeId& primary = context.As<AttachReplica>().primary_id;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
    if (view.self.role != Role::kReplica || view.self.primary_id != primary) {
      RETURN_IF_ERROR(CheckEmpty(*redis, view));
      RETURN_IF_ERROR(context.WaitUntil(fmt::format("{} to be known", ShortId(primary)),
                                        absl::InfiniteDuration(),
                                        [&] { return IsPrimaryKnown(*redis, primary); }));
      const absl::Status attached =
          context.WaitUntil(fmt::format("{} to be seen as a primary", ShortId(primary)),
                            kRoleKnownWithin, [&] { return Replicate(*redis, primary); });
      if (RefusalOf(attached) == Refusal::kTimedOut) {
        return Refuse(Refusal::kWrongRole, fmt::format("{} is no primary", ShortId(primary)));
      }
      RETURN_IF_ERROR(attached);
    }
    RETURN_IF_ERROR(context.WaitUntil(
        "the copy to be complete", absl::InfiniteDuration(), [&]() -> absl::StatusOr<bool> {
          ASSIGN_OR_RETURN(const ServerInfo info, ReadServerInfo(*redis));
          return info.role == Role::kReplica && info.link == Link::kInSync;
        }));
    return fmt::format("copies {}", ShortId(primary));
  }

 private:
  static absl::Status CheckEmpty(RedisConnection& redis, const NodeView& view) {
    if (!view.self.slots.empty()) {
      return Refuse(Refusal::kNodeNotEmpty,
                    fmt::format("the node owns {} slots", view.self.slots.size()));
    }
    if (view.self.role == Role::kReplica) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const uint64_t keys, ReadKeyCount(redis));
    if (keys > 0) {
      return Refuse(Refusal::kNodeNotEmpty, fmt::format("the node holds {} keys", keys));
    }
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeAttachReplica() { return std::make_unique<AttachReplicaAction>(); }

}  // namespace redisop
