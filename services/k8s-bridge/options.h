// What the bridge is told by flags and environment (REDIS_OPERATOR_<FLAG>; flags win).

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OPTIONS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OPTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/obs/log.h"
#include "common/rpc/transport_security.h"

namespace redisop {

struct BridgeOptions {
  std::string planner = "dns:///redis-operator-planner:9090";
  std::string agent_image;
  std::string listen = ":9092";
  std::string http_listen = ":8080";
  std::string lease_namespace;
  std::string lease_name = "redis-operator-bridge";
  std::string identity;
  std::string pod_uid;                        // from POD_UID; empty: not in a pod
  std::vector<std::string> watch_namespaces;  // empty: all
  std::string kubeconfig;                     // empty: what kubectl or a pod would use
  int agent_port = 9091;
  int workers = 8;
  TransportSecurity security;
  std::string log_level = "info";
  std::string log_format = "json";
};

// Reads flags and environment. A number when the program shall end with it (--help, --version, a
// mistake, which has been printed).
std::optional<int> ParseOptions(int argc, char** argv, BridgeOptions& options);

// kInvalidArgument lists all mistakes.
absl::Status Validate(const BridgeOptions& options);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OPTIONS_H_
