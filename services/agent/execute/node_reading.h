// What steps ask a node before and after they act.
//
// Errors: those of the connection, and kFailedPrecondition with the server's words for an error
// reply (which is REDIS_ERROR of the step).

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_NODE_READING_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_NODE_READING_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/model/node_view.h"
#include "common/redis/redis_connection.h"
#include "common/redis/server_info.h"

namespace redisop {

// How long a step waits for one answer that needs no work of the server.
inline constexpr absl::Duration kAnswerTimeout = absl::Seconds(5);

// CLUSTER NODES: the node and its peers.
absl::StatusOr<NodeView> ReadView(RedisConnection& redis);

// INFO.
absl::StatusOr<ServerInfo> ReadServerInfo(RedisConnection& redis);

// CLUSTER INFO.
absl::StatusOr<ClusterInfo> ReadClusterInfo(RedisConnection& redis);

// DBSIZE.
absl::StatusOr<uint64_t> ReadKeyCount(RedisConnection& redis);

// CONFIG GET of one setting; empty text when the server has none of that name.
absl::StatusOr<std::string> ReadSetting(RedisConnection& redis, std::string_view name);

// CONFIG SET of one setting.
absl::Status WriteSetting(RedisConnection& redis, std::string_view name, std::string_view value);

// One command whose error reply is an error: kFailedPrecondition with the server's words.
absl::StatusOr<Reply> Ask(RedisConnection& redis, const RedisCommand& command);

// The peer with this id in `view`, nullptr when there is none.
const Node* FindPeer(const NodeView& view, std::string_view id);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_NODE_READING_H_
