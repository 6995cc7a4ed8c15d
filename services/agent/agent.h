// The agent as one object: instances, executor, gRPC server, HTTP endpoint, and the thread that
// looks after the instances.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_AGENT_H_
#define REDIS_OPERATOR_SERVICES_AGENT_AGENT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/agent/options.h"

namespace redisop {

class Agent {
 public:
  // Serves until Stop. Errors: those of ServerRunner, of HttpEndpoint, and kUnavailable when the
  // password can't be read.
  static absl::StatusOr<std::unique_ptr<Agent>> Start(const AgentOptions& options);

  // Stops if Stop wasn't called.
  ~Agent();

  // Where gRPC is served, with the port that was taken; and the port of HTTP.
  std::string address() const;
  int http_port() const;

  // Cancels steps at their next safe point, ends streams, lets calls end, and returns then.
  void Stop();

 private:
  struct Parts;
  explicit Agent(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_AGENT_H_
