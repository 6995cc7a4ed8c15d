// The seam to redis-server: everything that talks to one is written against these two interfaces;
// below them are sockets and hiredis, or a fake of a test.
//
//   ASSIGN_OR_RETURN(auto redis, connector.Connect(UnixAddress(path), absl::Seconds(1)));
//   ASSIGN_OR_RETURN(Reply reply, redis->Call({"CLUSTER", "MYID"}, absl::Seconds(1)));
//
// Errors of all calls:
//   kUnavailable        nothing was sent: not connected, refused, or the connection broke earlier
//   kDeadlineExceeded   something was sent and no answer understood: the outcome is unknown; read
//                       before any retry
//   kResourceExhausted  the answer is larger than the limit of the connection
// After any of them the connection is broken for good: connect anew. Error replies of the server
// are not errors of the call, they are Reply values.

#ifndef REDIS_OPERATOR_COMMON_REDIS_REDIS_CONNECTION_H_
#define REDIS_OPERATOR_COMMON_REDIS_REDIS_CONNECTION_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/redis/redis_address.h"
#include "common/redis/reply.h"

namespace redisop {

// The words of one command; any bytes.
using RedisCommand = std::vector<std::string>;

// One connection. One thread at a time.
class RedisConnection {
 public:
  virtual ~RedisConnection() = default;

  // Sends all commands in one burst and reads all replies, in their order. `timeout` is for the
  // whole burst. The server runs a burst in one go before it serves others: keep bursts short
  // where latency counts. Requires: nothing is in flight from Send.
  virtual absl::StatusOr<std::vector<Reply>> Pipeline(const std::vector<RedisCommand>& commands,
                                                      absl::Duration timeout) = 0;

  // Streaming: queues a command without waiting for anything. The words are copied. The queue is
  // written by the next Flush or Receive.
  virtual absl::Status Send(absl::Span<const std::string_view> words) = 0;

  // Writes what is queued, while reading replies that arrive meanwhile, so that neither side waits
  // for the other.
  virtual absl::Status Flush(absl::Duration timeout) = 0;

  // Flushes, then the reply to the oldest command that has none yet.
  // Requires: in_flight() > 0.
  virtual absl::StatusOr<Reply> Receive(absl::Duration timeout) = 0;

  // Commands sent or queued whose replies were not taken yet.
  virtual size_t in_flight() const = 0;

  // Pipeline of one.
  absl::StatusOr<Reply> Call(const RedisCommand& command, absl::Duration timeout);
};

// Makes connections. Thread-safe.
class RedisConnector {
 public:
  virtual ~RedisConnector() = default;

  // Connects and, where credentials are set, authenticates. kUnavailable: nobody there, or no
  // answer within `timeout`. kPermissionDenied: the credentials or the server's certificate are
  // refused.
  virtual absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const RedisAddress& address,
                                                                   absl::Duration timeout) = 0;
};

struct RedisConnectorOptions {
  // Empty password: no AUTH. Empty user with a password: the default user.
  std::string user;
  std::string password;
  // Largest reply, in bytes, with all its elements.
  size_t reply_bytes_max = 64 << 20;
  // Most elements of one array.
  size_t reply_elements_max = 1'000'000;
};

// PEM files for TLS; empty where not given.
struct TlsFiles {
  // Authorities that sign the servers' certificates. Empty: those the system trusts.
  std::string ca_file;
  // Own certificate chain and its key, both or none.
  std::string certificate_file;
  std::string key_file;
  // The name that the servers' certificates must carry. Empty: the host of the address.
  std::string server_name;
};

// Real connections: unix sockets and TCP.
std::unique_ptr<RedisConnector> MakeSocketConnector(RedisConnectorOptions options);

// The same with TLS over TCP; unix sockets stay plain. kInvalidArgument names the file that cannot
// be read.
absl::StatusOr<std::unique_ptr<RedisConnector>> MakeTlsConnector(RedisConnectorOptions options,
                                                                 const TlsFiles& files);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_REDIS_REDIS_CONNECTION_H_
