#include "services/agent/execute/step_action.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

constexpr absl::Duration kConnectTimeout = absl::Seconds(2);
constexpr absl::Duration kPauseMin = absl::Milliseconds(2);
constexpr absl::Duration kPauseMax = absl::Milliseconds(20);

}  // namespace

StepContext::StepContext(const Instance& instance, const StepRequest& request,
                         RedisConnector& connector, const Clock& clock, StepControl& control,
                         InstanceMemory& memory)
    : instance_(instance),
      request_(request),
      connector_(connector),
      clock_(clock),
      control_(control),
      memory_(memory),
      deadline_(clock.Monotonic() + request.timeout) {}

absl::Duration StepContext::TimeLeft() const {
  return std::max(absl::ZeroDuration(), deadline_ - clock_.Monotonic());
}

absl::Status StepContext::CheckGoOn() const {
  if (control_.cancelled()) {
    return Refuse(Refusal::kCancelled, "asked to stop");
  }
  if (TimeLeft() <= absl::ZeroDuration()) {
    return Refuse(Refusal::kTimedOut,
                  fmt::format("not done within {} s", absl::ToDoubleSeconds(request_.timeout)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RedisConnection>> StepContext::ConnectLocal() {
  return connector_.Connect(instance_.Socket(), std::min(kConnectTimeout, TimeLeft()));
}

absl::StatusOr<std::unique_ptr<RedisConnection>> StepContext::AskPeer(const NodeId& id) {
  const auto at = request_.peers.find(id);
  if (at == request_.peers.end()) {
    return Refuse(Refusal::kPeerChanged, fmt::format("no address of {} was given", ShortId(id)));
  }
  const absl::Duration timeout = std::min(kConnectTimeout, TimeLeft());
  ASSIGN_OR_RETURN(auto connection, connector_.Connect(at->second, timeout));
  RETURN_IF_ERROR(connection->Send({"CLUSTER", "MYID"}));
  RETURN_IF_ERROR(connection->Flush(timeout));
  return connection;
}

absl::Status StepContext::CheckAnswer(const NodeId& id, RedisConnection& connection) {
  const std::string where = ToString(request_.peers.at(id));
  const absl::Duration timeout = std::min(kConnectTimeout, TimeLeft());
  ASSIGN_OR_RETURN(const Reply reply, connection.Receive(timeout));
  if (reply.IsErrorOf("LOADING")) {
    return MakeStatus(absl::StatusCode::kUnavailable, where + " is loading");
  }
  if (reply.text != id) {
    return Refuse(Refusal::kPeerChanged, fmt::format("at {} answers {} instead of {}", where,
                                                     ShortId(reply.text), ShortId(id)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<RedisConnection>> StepContext::ConnectPeer(const NodeId& id) {
  return std::move(ConnectPeers({id}).front());
}

std::vector<absl::StatusOr<std::unique_ptr<RedisConnection>>> StepContext::ConnectPeers(
    const std::vector<NodeId>& ids) {
  std::vector<absl::StatusOr<std::unique_ptr<RedisConnection>>> connections;
  for (const NodeId& id : ids) {
    connections.push_back(AskPeer(id));
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    const absl::Status answer =
        connections[i].ok() ? CheckAnswer(ids[i], **connections[i]) : connections[i].status();
    if (!answer.ok()) {
      connections[i] = answer;
    }
  }
  return connections;
}

absl::Status StepContext::WaitUntil(std::string_view what, absl::Duration limit,
                                    const std::function<absl::StatusOr<bool>()>& condition) {
  const absl::Duration end = clock_.Monotonic() + std::min(limit, TimeLeft());
  absl::Duration pause = kPauseMin;
  while (true) {
    ASSIGN_OR_RETURN(const bool done, condition());
    if (done) {
      return absl::OkStatus();
    }
    if (control_.cancelled()) {
      return Refuse(Refusal::kCancelled, fmt::format("waiting for {}", what));
    }
    if (clock_.Monotonic() >= end) {
      return Refuse(Refusal::kTimedOut, fmt::format("waiting for {}", what));
    }
    control_.Pause(pause);
    pause = std::min(pause * 2, kPauseMax);
  }
}

}  // namespace redisop
