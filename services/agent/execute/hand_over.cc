#include "services/agent/execute/hand_over.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(10);
// The server gives up a manual failover after 5 s.
constexpr absl::Duration kOneTry = absl::Milliseconds(5500);

// The replicas that have their first copy, the most advanced first.
std::vector<AttachedReplica> Candidates(const ServerInfo& info) {
  std::vector<AttachedReplica> replicas = info.replicas;
  std::erase_if(replicas, [](const AttachedReplica& replica) { return !replica.online; });
  std::stable_sort(
      replicas.begin(), replicas.end(),
      [](const AttachedReplica& a, const AttachedReplica& b) { return a.offset > b.offset; });
  return replicas;
}

// Asks one replica to take over. NOT_IN_SYNC while this node doesn't know yet that it is its
// replica: the request would be ignored, and writers paused for nothing.
absl::Status AskReplica(RedisConnector& connector, const AttachedReplica& replica,
                        const NodeView& own, absl::Duration limit) {
  ASSIGN_OR_RETURN(auto redis, connector.Connect(TcpAddress(replica.host, replica.port),
                                                 std::min(limit, absl::Seconds(1))));
  ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
  if (view.self.role != Role::kReplica || view.self.primary_id != own.self.id) {
    return Refuse(Refusal::kPeerChanged,
                  fmt::format("{} is no replica of this node", replica.host));
  }
  const Node* known = FindPeer(own, view.self.id);
  if (known == nullptr || known->role != Role::kReplica || known->primary_id != own.self.id) {
    return Refuse(Refusal::kNotInSync,
                  fmt::format("{} is not known as a replica yet", ShortId(view.self.id)));
  }
  return Ask(*redis, {"CLUSTER", "FAILOVER"}).status();
}

// Until this node is a replica: true; false when `end` comes first.
absl::StatusOr<bool> AwaitReplicaRole(RedisConnection& redis, const Clock& clock,
                                      StepControl& control, absl::Duration end, NodeView& view) {
  while (view.self.role != Role::kReplica) {
    if (clock.Monotonic() >= end || control.cancelled()) {
      return false;
    }
    control.Pause(kPause);
    ASSIGN_OR_RETURN(view, ReadView(redis));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> HandOver(const Instance& instance, RedisConnector& connector,
                                     const Clock& clock, StepControl& control,
                                     absl::Duration limit) {
  const absl::Duration end = clock.Monotonic() + limit;
  ASSIGN_OR_RETURN(auto redis, connector.Connect(instance.Socket(), kAnswerTimeout));
  ASSIGN_OR_RETURN(NodeView view, ReadView(*redis));
  if (view.self.role == Role::kReplica || view.self.slots.empty()) {
    return "nothing to hand over";
  }
  absl::Status why = MakeStatus(absl::StatusCode::kFailedPrecondition, "no replica is in sync");
  do {
    ASSIGN_OR_RETURN(const ServerInfo info, ReadServerInfo(*redis));
    for (const AttachedReplica& replica : Candidates(info)) {
      why = AskReplica(connector, replica, view, end - clock.Monotonic());
      if (!why.ok()) {
        continue;
      }
      const absl::Duration try_end = std::min(end, clock.Monotonic() + kOneTry);
      ASSIGN_OR_RETURN(const bool done, AwaitReplicaRole(*redis, clock, control, try_end, view));
      if (done) {
        return fmt::format("handed over to {}", ShortId(view.self.primary_id));
      }
      why = MakeStatus(absl::StatusCode::kDeadlineExceeded,
                       fmt::format("{} did not take over", replica.host));
    }
    control.Pause(kPause);
    ASSIGN_OR_RETURN(view, ReadView(*redis));
  } while (RefusalOf(why) == Refusal::kNotInSync && clock.Monotonic() < end);
  return why;
}

}  // namespace redisop
