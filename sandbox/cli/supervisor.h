// The process that is the sandbox: starts the control plane, is the nodes, answers the command
// line, and ends everything when it ends, however that happens.

#ifndef REDIS_OPERATOR_SANDBOX_CLI_SUPERVISOR_H_
#define REDIS_OPERATOR_SANDBOX_CLI_SUPERVISOR_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sandbox/cluster/state_directory.h"

namespace redisop {

struct SupervisorOptions {
  std::string state = "build/sandbox";
  int nodes = 6;                  // node-1 …; dealt out to the zones in turn
  int zones = 3;                  // zone-a …
  int port = 0;                   // of the API server; 0: any that is free
  std::string kube_binaries;      // etcd, kube-apiserver …
  std::string operator_programs;  // redis-operator-agent …
};

// Runs until SIGTERM or SIGINT, then removes the state; returns OK. `say` hears of each step of the
// start, `ready` is called once everything is up. Errors: the sandbox could not start, or a part of
// it ended; nothing is left of it then either.
// Requires: called on the main thread before any other thread is started.
absl::Status RunSupervisor(const SupervisorOptions& options,
                           const std::function<void(std::string_view)>& say,
                           const std::function<void()>& ready);

// Name of node number `index` (from 0) and of its zone.
std::string NodeName(int index);
std::string ZoneName(int index, int zones);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_CLI_SUPERVISOR_H_
