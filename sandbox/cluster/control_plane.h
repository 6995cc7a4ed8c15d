// The real Kubernetes control plane as four child processes on 127.0.0.1: etcd, kube-apiserver,
// kube-controller-manager, kube-scheduler.
//
// One thread uses it; that thread must live as long as the control plane (child_process.h).

#ifndef REDIS_OPERATOR_SANDBOX_CLUSTER_CONTROL_PLANE_H_
#define REDIS_OPERATOR_SANDBOX_CLUSTER_CONTROL_PLANE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/kube/kube_api.h"
#include "sandbox/cluster/ports.h"
#include "sandbox/cluster/state_directory.h"
#include "sandbox/process/child_process.h"

namespace redisop {

struct ControlPlaneOptions {
  std::string binaries;  // directory of etcd, kube-apiserver … (sandbox/control-plane/build.sh)
  int api_server_port = 0;  // 0: any that is free
  // Asked while waiting; true ends the start with kCancelled.
  std::function<bool()> is_cancelled = [] { return false; };
};

class ControlPlane {
 public:
  using Say = std::function<void(std::string_view line)>;

  // Makes keys and kubeconfig in `state`, starts all four and returns when the API server is ready.
  // `say` hears of progress. kNotFound: a program is missing; the message says how to build it.
  // kAlreadyExists: the port is taken. kUnavailable: a process ended or was not ready within a
  // minute; the message has the end of its log.
  static absl::StatusOr<std::unique_ptr<ControlPlane>> Start(const StateDirectory& state,
                                                             const ControlPlaneOptions& options,
                                                             const Say& say);

  // Kills all. Nothing of it is worth an orderly end.
  ~ControlPlane() = default;

  KubeApi& api() { return *api_; }
  int api_server_port() const { return ports_.api_server; }

  // OK while all four run; kUnavailable names the one that ended, with the end of its log.
  absl::Status Check();

  // Descriptors that poll readable when a process has ended.
  std::vector<int> PollDescriptors() const;

 private:
  struct Component {
    std::string name;
    ChildProcess process;
  };

  explicit ControlPlane(const StateDirectory& state) : state_(state) {}
  absl::Status Launch(const std::string& binaries, const std::string& name,
                      std::vector<std::string> flags);
  absl::Status LaunchStore(const std::string& binaries);
  absl::Status LaunchControllers(const std::string& binaries);
  absl::Status AwaitReady(const std::function<bool()>& is_cancelled);
  std::string EndOfLog(const std::string& name) const;

  const StateDirectory state_;
  ClusterPorts ports_;
  std::unique_ptr<KubeApi> api_;
  std::vector<Component> components_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_CLUSTER_CONTROL_PLANE_H_
