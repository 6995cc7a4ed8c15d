// The part of a kubelet's HTTPS interface that "kubectl logs" needs: GET
// /containerLogs/NAMESPACE/POD/CONTAINER with tailLines, follow and previous, for the API server
// only (its client certificate is asked for). Everything else (exec, attach, port-forward) answers
// 501 with a hint.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_LOG_SERVER_H_
#define REDIS_OPERATOR_SANDBOX_NODE_LOG_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace redisop {

class LogServer {
 public:
  // Listens on a free port of 127.0.0.1 with server.crt of `pki`; serves files below
  // `logs_directory` (ContainerLogDirectory). kUnavailable: no socket. kInternal: the certificate
  // cannot be used.
  static absl::StatusOr<std::unique_ptr<LogServer>> Start(const std::string& pki,
                                                          const std::string& logs_directory);
  // Ends all transfers.
  ~LogServer();
  LogServer(const LogServer&) = delete;
  LogServer& operator=(const LogServer&) = delete;

  int port() const;

 private:
  struct State;
  explicit LogServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_LOG_SERVER_H_
