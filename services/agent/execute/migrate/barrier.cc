#include "services/agent/execute/migrate/barrier.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "common/model/plan.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

constexpr absl::Duration kBarrierLimit = absl::Seconds(20);

// As a primary: right after a failover a node may still take the new one for a replica.
bool Knows(const NodeView& view, const NodeId& id) {
  const Node* node = view.self.id == id ? &view.self : FindPeer(view, id);
  return node != nullptr && node->role == Role::kPrimary;
}

absl::Status ConnectSource(StepContext& context, MoveParties& parties) {
  ASSIGN_OR_RETURN(parties.source, context.ConnectLocal());
  ASSIGN_OR_RETURN(parties.source_view, ReadView(*parties.source));
  const Node& self = parties.source_view.self;
  if (self.id != parties.source_id) {
    return Refuse(Refusal::kNodeChanged, fmt::format("this node is {}, not {}", ShortId(self.id),
                                                     ShortId(parties.source_id)));
  }
  if (self.role != Role::kPrimary) {
    return Refuse(Refusal::kWrongRole, "the source is a replica");
  }
  return context.WaitUntil("the source to know the target", kBarrierLimit,
                           [&]() -> absl::StatusOr<bool> {
                             ASSIGN_OR_RETURN(parties.source_view, ReadView(*parties.source));
                             return Knows(parties.source_view, parties.target_id);
                           });
}

absl::Status ConnectTarget(StepContext& context, MoveParties& parties) {
  ASSIGN_OR_RETURN(parties.target, context.ConnectPeer(parties.target_id));
  parties.target_address = context.request().peers.at(parties.target_id);
  RETURN_IF_ERROR(context.WaitUntil(
      "the target's cluster_state to be ok", kBarrierLimit, [&]() -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const ClusterInfo info, ReadClusterInfo(*parties.target));
        return info.state_ok;
      }));
  RETURN_IF_ERROR(context.WaitUntil(
      "the target to know the source", kBarrierLimit, [&]() -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(parties.target_view, ReadView(*parties.target));
        return Knows(parties.target_view, parties.source_id);
      }));
  if (parties.target_view.self.role != Role::kPrimary) {
    return Refuse(Refusal::kWrongRole, "the target is a replica");
  }
  return absl::OkStatus();
}

// Reads both views anew: the server itself resolves equal epochs by raising one of them.
absl::Status AwaitEpochs(StepContext& context, MoveParties& parties) {
  return context.WaitUntil("the target to outrank the source's config epoch", kBarrierLimit,
                           [&]() -> absl::StatusOr<bool> {
                             ASSIGN_OR_RETURN(parties.source_view, ReadView(*parties.source));
                             ASSIGN_OR_RETURN(parties.target_view, ReadView(*parties.target));
                             const uint64_t epoch = parties.source_view.self.config_epoch;
                             const Node* source = FindPeer(parties.target_view, parties.source_id);
                             return source != nullptr && source->config_epoch >= epoch &&
                                    parties.target_view.self.config_epoch != epoch;
                           });
}

absl::Status ConnectOther(StepContext& context, const NodeId& id, MoveParties& parties) {
  ASSIGN_OR_RETURN(auto other, context.ConnectPeer(id));
  NodeView view;
  RETURN_IF_ERROR(context.WaitUntil(fmt::format("{} to know source and target", ShortId(id)),
                                    kBarrierLimit, [&]() -> absl::StatusOr<bool> {
                                      ASSIGN_OR_RETURN(view, ReadView(*other));
                                      return Knows(view, parties.source_id) &&
                                             Knows(view, parties.target_id);
                                    }));
  if (view.self.role == Role::kPrimary) {
    parties.others.push_back(std::move(other));
  }
  return absl::OkStatus();
}

int OnlineReplicas(const ServerInfo& info) {
  return static_cast<int>(
      std::count_if(info.replicas.begin(), info.replicas.end(),
                    [](const AttachedReplica& replica) { return replica.online; }));
}

bool IsAtLeast(const ServerInfo& info, int major, int minor) {
  return std::pair(info.version_major, info.version_minor) >= std::pair(major, minor);
}

bool AllowsSetSlotInMulti(const ServerInfo& info) {
  return !info.is_valkey || info.version_major < 8;
}

}  // namespace

absl::StatusOr<MoveParties> MeetBarriers(StepContext& context, const NodeId& source_id,
                                         const NodeId& target_id) {
  MoveParties parties;
  parties.source_id = source_id;
  parties.target_id = target_id;
  RETURN_IF_ERROR(ConnectSource(context, parties));
  RETURN_IF_ERROR(ConnectTarget(context, parties));
  RETURN_IF_ERROR(AwaitEpochs(context, parties));
  for (const auto& [id, address] : context.request().peers) {
    const Node* peer = FindPeer(parties.source_view, id);
    const bool is_replica = peer != nullptr && peer->role == Role::kReplica;
    if (id == source_id || id == target_id || is_replica) continue;
    RETURN_IF_ERROR(ConnectOther(context, id, parties));
  }
  ASSIGN_OR_RETURN(const ServerInfo source_info, ReadServerInfo(*parties.source));
  ASSIGN_OR_RETURN(const ServerInfo target_info, ReadServerInfo(*parties.target));
  parties.copies_needed = std::min(OnlineReplicas(source_info), OnlineReplicas(target_info));
  parties.source_allows_setslot_in_multi = AllowsSetSlotInMulti(source_info);
  parties.target_allows_setslot_in_multi = AllowsSetSlotInMulti(target_info);
  parties.target_announces = AllowsSetSlotInMulti(target_info) && IsAtLeast(target_info, 6, 2);
  return parties;
}

}  // namespace redisop
