// What probes and preStop do: one exec, httpGet or tcpSocket. Blocks until the answer or the
// timeout.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_HANDLER_H_
#define REDIS_OPERATOR_SANDBOX_NODE_HANDLER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "nlohmann/json_fwd.hpp"
#include "sandbox/node/container_command.h"

namespace redisop {

// What a handler needs of the container it belongs to. A value.
struct HandlerTarget {
  std::string address;       // of the pod
  ContainerCommand command;  // of the container; exec runs beside it with the same view of files
  std::vector<std::string> environment;
  std::vector<std::pair<std::string, int>> named_ports;
};

// OK: exit code 0, a 2xx or 3xx answer, a connection. kFailedPrecondition: the opposite; the
// message is fit for an event. kInvalidArgument: a kind the sandbox does not know.
absl::Status RunHandler(const nlohmann::json& handler, const HandlerTarget& target,
                        absl::Duration timeout);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_HANDLER_H_
