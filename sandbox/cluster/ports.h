// TCP ports of 127.0.0.1 for the processes of one sandbox.

#ifndef REDIS_OPERATOR_SANDBOX_CLUSTER_PORTS_H_
#define REDIS_OPERATOR_SANDBOX_CLUSTER_PORTS_H_

#include "absl/status/statusor.h"

namespace redisop {

struct ClusterPorts {
  int api_server = 0;
  int etcd_client = 0;
  int etcd_peer = 0;
};

// Ports on which nobody listens now. `api_server` 0: any; otherwise that one.
// kAlreadyExists: `api_server` is taken. kUnavailable: none is free.
absl::StatusOr<ClusterPorts> ChoosePorts(int api_server);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_CLUSTER_PORTS_H_
