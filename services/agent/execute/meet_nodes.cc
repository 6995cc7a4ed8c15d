// MeetNodes: CLUSTER MEET takes an address, and whoever answers there becomes a member; a stale
// address merges two clusters. So every peer is asked for its id first.
//
// Each node meets those listed after itself, so that every pair is met once. Then it waits until it
// knows them all, and makes itself ready at once: a node that counted itself in a minority answers
// CLUSTERDOWN for min(node-timeout, 5 s) more, so the timeout is lowered for a moment (reference:
// clusterUpdateState in Redis' cluster.c).

#include <fmt/format.h>

#include <algorithm>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"
#include "services/agent/execute/node_timeout.h"

namespace redisop {
namespace {

constexpr absl::Duration kMeetAgainAfter = absl::Seconds(1);
constexpr absl::Duration kDipMax = absl::Seconds(3);

bool IsConnected(const NodeView& view, const NodeId& id) {
  const Node* peer = FindPeer(view, id);
  return id == view.self.id || (peer != nullptr && !peer->unobserved);
}

int CountConnected(const NodeView& view, const std::vector<NodeId>& ids) {
  return static_cast<int>(std::count_if(ids.begin(), ids.end(), [&](const NodeId& id) {
    return IsConnected(view, id);
  }));
}

bool SuspectsAnybody(const NodeView& view) {
  return std::any_of(view.peers.begin(), view.peers.end(),
                     [](const Node& peer) { return peer.health != Health::kOk; });
}

class MeetNodesAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const std::vector<NodeId>& ids = context.As<MeetNodes>().node_ids;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(NodeView view, ReadView(*redis));
    if (std::find(ids.begin(), ids.end(), view.self.id) == ids.end()) {
      return Refuse(Refusal::kNodeChanged,
                    fmt::format("{} is not among the nodes to meet", ShortId(view.self.id)));
    }
    RETURN_IF_ERROR(MeetUntilConnected(context, *redis, ids, view));
    RETURN_IF_ERROR(BecomeReady(context, *redis));
    return fmt::format("knows all {} nodes", ids.size());
  }

 private:
  absl::Status MeetUntilConnected(StepContext& context, RedisConnection& redis,
                                  const std::vector<NodeId>& ids, NodeView& view) {
    // Reading the table costs the server time in proportion to the nodes.
    const absl::Duration pause =
        absl::Milliseconds(std::clamp<size_t>(ids.size() / 2, 5, 100));
    absl::Duration next_meet = context.clock().Monotonic();
    while (CountConnected(view, ids) < static_cast<int>(ids.size())) {
      const absl::Status go_on = context.CheckGoOn();
      if (!go_on.ok()) {
        return Refuse(RefusalOf(go_on), fmt::format("connected to {} of {} nodes",
                                                    CountConnected(view, ids), ids.size()));
      }
      if (context.clock().Monotonic() >= next_meet) {
        RETURN_IF_ERROR(MeetMissing(context, redis, ids, view));
        next_meet = context.clock().Monotonic() + kMeetAgainAfter;
      }
      context.control().Pause(pause);
      ASSIGN_OR_RETURN(view, ReadView(redis));
    }
    return absl::OkStatus();
  }

  absl::Status MeetMissing(StepContext& context, RedisConnection& redis,
                           const std::vector<NodeId>& ids, const NodeView& view) {
    std::vector<RedisCommand> meets;
    const auto self = std::find(ids.begin(), ids.end(), view.self.id);
    for (auto id = std::next(self); id != ids.end(); ++id) {
      if (IsConnected(view, *id)) {
        continue;
      }
      RETURN_IF_ERROR(context.CheckGoOn());
      const auto peer = context.ConnectPeer(*id);  // asks who answers there
      if (absl::IsUnavailable(peer.status())) {
        continue;  // it may come: asked again a second later
      }
      RETURN_IF_ERROR(peer.status());
      const RedisAddress& at = context.request().peers.at(*id);
      meets.push_back({"CLUSTER", "MEET", at.host, std::to_string(at.port)});
      if (at.bus_port != 0) {
        meets.back().push_back(std::to_string(at.bus_port));
      }
    }
    if (meets.empty()) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const auto replies, redis.Pipeline(meets, kAnswerTimeout));
    for (const Reply& reply : replies) {
      RETURN_IF_ERROR(ErrorOf(reply, "CLUSTER MEET"));
    }
    return absl::OkStatus();
  }

  // Not getting ready in time is no error: the cluster may lack slots.
  absl::Status BecomeReady(StepContext& context, RedisConnection& redis) {
    ASSIGN_OR_RETURN(const ClusterInfo info, ReadClusterInfo(redis));
    ASSIGN_OR_RETURN(const NodeView view, ReadView(redis));
    if (info.state_ok || SuspectsAnybody(view)) {
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(LowerNodeTimeout(redis));
    const absl::Status ready =
        context.WaitUntil("cluster_state:ok", kDipMax, [&]() -> absl::StatusOr<bool> {
          ASSIGN_OR_RETURN(const ClusterInfo now, ReadClusterInfo(redis));
          return now.state_ok;
        });
    RETURN_IF_ERROR(RestoreNodeTimeout(context.connector(), context.instance()));
    return RefusalOf(ready) == Refusal::kTimedOut ? absl::OkStatus() : ready;
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeMeetNodes() { return std::make_unique<MeetNodesAction>(); }

}  // namespace redisop
