// MeetNodes: CLUSTER MEET takes an address, and whoever answers there becomes a member; a stale
// address merges two clusters. So every peer is asked for its id first.
//
// Each node meets those listed after itself, so that every pair is met once. Then it waits until it
// knows them all, and makes itself ready at once: a node that counted itself in a minority answers
// CLUSTERDOWN for min(node-timeout, 5 s) more, so the timeout is lowered for a moment (reference:
// clusterUpdateState in Redis' cluster.c).

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"
#include "services/agent/execute/node_timeout.h"

namespace redisop {
namespace {

// Peers that are asked at a time, each over a connection of its own.
constexpr size_t kMeetBatch = 64;
constexpr size_t kTellSlotsNodesMax = 100;
constexpr absl::Duration kMeetAgainAfter = absl::Seconds(1);
constexpr absl::Duration kDipMax = absl::Seconds(3);

bool IsConnected(const NodeView& view, const NodeId& id) {
  const Node* peer = FindPeer(view, id);
  return id == view.self.id || (peer != nullptr && !peer->unobserved);
}

int CountConnected(const NodeView& view, const std::vector<NodeId>& ids) {
  return static_cast<int>(std::count_if(ids.begin(), ids.end(),
                                        [&](const NodeId& id) { return IsConnected(view, id); }));
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
    RETURN_IF_ERROR(TellSlots(context, *redis, ids, view));
    RETURN_IF_ERROR(BecomeReady(context, *redis));
    return fmt::format("knows all {} nodes", ids.size());
  }

 private:
  absl::Status MeetUntilConnected(StepContext& context, RedisConnection& redis,
                                  const std::vector<NodeId>& ids, NodeView& view) {
    // Reading the table costs the server time in proportion to the nodes.
    const absl::Duration pause = absl::Milliseconds(std::clamp<size_t>(ids.size() / 2, 5, 100));
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
    std::vector<NodeId> missing;
    const auto self = std::find(ids.begin(), ids.end(), view.self.id);
    std::copy_if(std::next(self), ids.end(), std::back_inserter(missing),
                 [&view](const NodeId& id) { return !IsConnected(view, id); });
    for (size_t first = 0; first < missing.size(); first += kMeetBatch) {
      RETURN_IF_ERROR(context.CheckGoOn());
      const auto begin = missing.begin() + static_cast<std::ptrdiff_t>(first);
      const auto size = std::min(kMeetBatch, missing.size() - first);
      RETURN_IF_ERROR(
          MeetBatch(context, redis, {begin, begin + static_cast<std::ptrdiff_t>(size)}));
    }
    return absl::OkStatus();
  }

  // Meets those that can be reached and are who they should be.
  absl::Status MeetBatch(StepContext& context, RedisConnection& redis,
                         const std::vector<NodeId>& ids) {
    std::vector<RedisCommand> meets;
    const auto peers = context.ConnectPeers(ids);
    for (size_t i = 0; i < ids.size(); ++i) {
      if (RefusalOf(peers[i].status()) == Refusal::kPeerChanged) {
        return peers[i].status();
      }
      if (!peers[i].ok()) {
        continue;  // it may come: asked again a second later
      }
      const RedisAddress& at = context.request().peers.at(ids[i]);
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

  // A node without slots is ready half a second after it first heard of a primary with slots.
  // Gossip would take its time; a second MEET carries the sender's slots and is processed at once
  // by a node that knows the sender (Redis' clusterProcessPacket).
  static absl::Status TellSlots(StepContext& context, RedisConnection& redis,
                                const std::vector<NodeId>& ids, const NodeView& view) {
    if (view.self.slots.empty() || ids.size() > kTellSlotsNodesMax) {
      return absl::OkStatus();
    }
    std::vector<RedisCommand> meets;
    for (const NodeId& id : ids) {
      const Node* peer = FindPeer(view, id);
      const auto at = context.request().peers.find(id);
      if (peer == nullptr || !peer->slots.empty() || at == context.request().peers.end()) {
        continue;
      }
      // Connected: who answers there has proved on the bus that it is this node.
      const auto seen = ParseRedisAddress(peer->address);
      if (seen.ok() && seen->host == at->second.host && seen->port == at->second.port) {
        meets.push_back({"CLUSTER", "MEET", seen->host, std::to_string(seen->port)});
        meets.back().push_back(std::to_string(seen->bus_port));
      }
    }
    return meets.empty() ? absl::OkStatus() : redis.Pipeline(meets, kAnswerTimeout).status();
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
