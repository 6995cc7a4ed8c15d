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

absl::Status AskReplica(RedisConnector& connector, const AttachedReplica& replica,
                        const NodeId& own_id, absl::Duration limit) {
  ASSIGN_OR_RETURN(auto redis, connector.Connect(TcpAddress(replica.host, replica.port),
                                                 std::min(limit, absl::Seconds(1))));
  ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
  if (view.self.role != Role::kReplica || view.self.primary_id != own_id) {
    return Refuse(Refusal::kPeerChanged,
                  fmt::format("{} is no replica of this node", replica.host));
  }
  return Ask(*redis, {"CLUSTER", "FAILOVER"}).status();
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
  ASSIGN_OR_RETURN(const ServerInfo info, ReadServerInfo(*redis));
  absl::Status why = MakeStatus(absl::StatusCode::kFailedPrecondition, "no replica is in sync");
  for (const AttachedReplica& replica : Candidates(info)) {
    why = AskReplica(connector, replica, view.self.id, end - clock.Monotonic());
    const absl::Duration try_end = std::min(end, clock.Monotonic() + kOneTry);
    while (why.ok() && clock.Monotonic() < try_end && !control.cancelled()) {
      ASSIGN_OR_RETURN(view, ReadView(*redis));
      if (view.self.role == Role::kReplica) {
        return fmt::format("handed over to {}", ShortId(view.self.primary_id));
      }
      control.Pause(kPause);
    }
    if (why.ok()) {
      why = MakeStatus(absl::StatusCode::kDeadlineExceeded,
                       fmt::format("{} did not take over", replica.host));
    }
  }
  return why;
}

}  // namespace redisop
