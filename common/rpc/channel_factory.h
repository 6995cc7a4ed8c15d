// The only place where gRPC channels are made: credentials, limits, keepalive and retries are the
// same everywhere.

#ifndef REDIS_OPERATOR_COMMON_RPC_CHANNEL_FACTORY_H_
#define REDIS_OPERATOR_COMMON_RPC_CHANNEL_FACTORY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/rpc/transport_security.h"
#include "grpcpp/channel.h"

namespace redisop {

struct ChannelOptions {
  TransportSecurity security;
  // The name that the server's certificate must carry, when it isn't the host of the target (agents
  // are addressed by IP). Empty: the host of the target.
  std::string server_name;
  // Larger replies end the call with RESOURCE_EXHAUSTED. Bytes.
  int max_receive_bytes = 64 << 20;
  // Methods that may be sent again after UNAVAILABLE, as
  // "redisoperator.agent.v1.AgentService/Observe". At most four attempts, 0.1 s to 2 s apart,
  // within the call's deadline. Name only methods that can be repeated without harm.
  std::vector<std::string> retried_methods;
};

// A channel to `target`: "host:port", "dns:///name:port" (calls go round robin over its addresses)
// or "unix:/path". Connects on the first call; a server that can't be reached is that call's
// kUnavailable. kInvalidArgument: security is incomplete, or a retried method has no "/".
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const std::string& target,
                                                           const ChannelOptions& options);

// Lets `channel` look up its name and connect at once instead of after its back-off, which grows to
// minutes while a name has no address: that of a service whose only pod restarts, for example. For
// callers that ask again at a pace of their own. Thread-safe.
void ConnectAnew(grpc::Channel& channel);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_RPC_CHANNEL_FACTORY_H_
