#include "services/agent/execute/node_reading.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/redis/cluster_nodes.h"

namespace redisop {

absl::StatusOr<Reply> Ask(RedisConnection& redis, const RedisCommand& command) {
  ASSIGN_OR_RETURN(Reply reply, redis.Call(command, kAnswerTimeout));
  if (reply.IsError()) {
    // The first words name the command; what follows may be long.
    const size_t words = std::min<size_t>(command.size(), 2);
    const auto end = command.begin() + static_cast<std::ptrdiff_t>(words);
    return ErrorOf(reply, fmt::format("{}", fmt::join(command.begin(), end, " ")));
  }
  return reply;
}

absl::StatusOr<NodeView> ReadView(RedisConnection& redis) {
  ASSIGN_OR_RETURN(const Reply reply, Ask(redis, {"CLUSTER", "NODES"}));
  return ParseClusterNodes(reply.text);
}

absl::StatusOr<ServerInfo> ReadServerInfo(RedisConnection& redis) {
  ASSIGN_OR_RETURN(const Reply reply, Ask(redis, {"INFO"}));
  return ParseServerInfo(reply.text);
}

absl::StatusOr<ClusterInfo> ReadClusterInfo(RedisConnection& redis) {
  ASSIGN_OR_RETURN(const Reply reply, Ask(redis, {"CLUSTER", "INFO"}));
  return ParseClusterInfo(reply.text);
}

absl::StatusOr<uint64_t> ReadKeyCount(RedisConnection& redis) {
  ASSIGN_OR_RETURN(const Reply reply, Ask(redis, {"DBSIZE"}));
  return static_cast<uint64_t>(std::max<int64_t>(reply.integer, 0));
}

absl::StatusOr<std::string> ReadSetting(RedisConnection& redis, std::string_view name) {
  ASSIGN_OR_RETURN(const Reply reply, Ask(redis, {"CONFIG", "GET", std::string(name)}));
  return reply.elements.size() == 2 ? reply.elements[1].text : std::string();
}

absl::Status WriteSetting(RedisConnection& redis, std::string_view name, std::string_view value) {
  const auto reply =
      redis.Call({"CONFIG", "SET", std::string(name), std::string(value)}, kAnswerTimeout);
  RETURN_IF_ERROR(reply.status());
  return ErrorOf(*reply, fmt::format("CONFIG SET {}", name));
}

const Node* FindPeer(const NodeView& view, std::string_view id) {
  const auto at = std::find_if(view.peers.begin(), view.peers.end(),
                               [&](const Node& peer) { return peer.id == id; });
  return at == view.peers.end() ? nullptr : &*at;
}

}  // namespace redisop
