// The whole bridge, wired: Kubernetes, agents, planner, queue, workers, election, servers.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_BRIDGE_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_BRIDGE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "common/rpc/signals.h"
#include "services/k8s-bridge/options.h"

namespace redisop {

class Bridge {
 public:
  // Connects nothing yet but binds the listeners. Fails when options, kubeconfig or addresses can't
  // be used. `options` are valid.
  static absl::StatusOr<std::unique_ptr<Bridge>> Make(const BridgeOptions& options);

  virtual ~Bridge() = default;

  // Works until a signal asks it to end, then gives the lease up and returns OK; or until the lease
  // is lost: kAborted, and the process must end at once, because another one leads.
  virtual absl::Status Run(TerminationSignals& signals) = 0;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_BRIDGE_H_
