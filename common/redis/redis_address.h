// Where a redis-server can be reached: a unix socket, or host and port.

#ifndef REDIS_OPERATOR_COMMON_REDIS_REDIS_ADDRESS_H_
#define REDIS_OPERATOR_COMMON_REDIS_REDIS_ADDRESS_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace redisop {

// Either `unix_path` or `host` and `port`.
struct RedisAddress {
  std::string unix_path;
  std::string host;  // IPv4, IPv6 without brackets, or a name
  int port = 0;      // for clients
  int bus_port = 0;  // of the cluster bus; 0: not said
  friend bool operator==(const RedisAddress&, const RedisAddress&) = default;
};

RedisAddress UnixAddress(std::string_view path);
RedisAddress TcpAddress(std::string_view host, int port);

// Reads "10.0.0.1:6379", "10.0.0.1:6379@16379", "[::1]:6379", and as CLUSTER NODES writes IPv6,
// "::1:6379@16379". What follows a comma (a host name) is left out. kInvalidArgument names what is
// wrong: no host, no port, a port outside 1…65535.
absl::StatusOr<RedisAddress> ParseRedisAddress(std::string_view text);

// "10.0.0.1:6379" or the path of the socket: for messages.
std::string ToString(const RedisAddress& address);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_REDIS_REDIS_ADDRESS_H_
