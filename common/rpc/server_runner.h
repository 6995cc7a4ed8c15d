// A running gRPC server with what every service of the operator has: health per service, reflection
// (which describes health too), limits, keepalive, and an orderly end.
//
//   PlannerServiceImpl planner;
//   ASSIGN_OR_RETURN(auto server, ServerRunner::Start(options,
//       {{&planner, planner::v1::PlannerService::service_full_name()}}));
//   signals.Wait();
//   server->Drain(absl::Seconds(10));
//
// Thread-safe. Calls without a deadline are served (grpcurl sends none): handlers bound their own
// work with TimeLeft() from common/rpc/deadline.h.

#ifndef REDIS_OPERATOR_COMMON_RPC_SERVER_RUNNER_H_
#define REDIS_OPERATOR_COMMON_RPC_SERVER_RUNNER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/transport_security.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace redisop {

struct ServerOptions {
  // "host:port" (port 0 takes a free one) or "unix:/path".
  std::string listen_address;
  TransportSecurity security;

  // Larger messages are answered with RESOURCE_EXHAUSTED. Bytes.
  int max_receive_bytes = 4 << 20;
  int max_send_bytes = 64 << 20;
  // Calls open at a time on one connection; further ones wait at the client.
  int max_concurrent_streams = 64;
  // For all calls together. Bytes; above it gRPC sheds load.
  int64_t memory_bytes_max = 256 << 20;
  // Threads that gRPC may start for synchronous handlers.
  int threads_max = 16;
  // Lets grpcurl list and describe the services.
  bool reflection = true;
};

// A service and the name under which its health is asked for
// ("redisoperator.planner.v1.PlannerService").
struct ServedService {
  grpc::Service* service;  // must outlive the runner
  std::string name;
};

class ServerRunner {
 public:
  // Listens and serves; every service and "" are SERVING at once.
  // kInvalidArgument: security is incomplete. kUnavailable: the address can't be bound (in use, or
  // not of this machine).
  static absl::StatusOr<std::unique_ptr<ServerRunner>> Start(const ServerOptions& options,
                                                             std::vector<ServedService> services);

  // Drains with no grace if Drain was not called.
  ~ServerRunner();
  ServerRunner(const ServerRunner&) = delete;
  ServerRunner& operator=(const ServerRunner&) = delete;

  // What clients connect to: listen_address with the port that was taken.
  const std::string& address() const;
  // The port taken; 0 for a unix socket.
  int port() const;

  // Health of one service by its name ("" is the whole server). Has no effect after Drain.
  void SetServing(std::string_view service, bool serving);

  // Reports NOT_SERVING for all, refuses new calls, lets running ones end for `grace`, then cancels
  // them. Blocks until all calls are over. Further calls do nothing.
  void Drain(absl::Duration grace);

 private:
  struct State;
  explicit ServerRunner(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_RPC_SERVER_RUNNER_H_
