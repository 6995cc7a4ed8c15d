// All process nodes of a sandbox: takes the pods bound to them and runs each with a PodWorker;
// keeps leases, hosts files and volumes.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_NODE_MANAGER_H_
#define REDIS_OPERATOR_SANDBOX_NODE_NODE_MANAGER_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/kube/informer.h"
#include "common/kube/kube_api.h"
#include "sandbox/node/hosts_keeper.h"
#include "sandbox/node/ip_pool.h"
#include "sandbox/node/node_registry.h"
#include "sandbox/node/pod_worker.h"
#include "sandbox/node/volume_provisioner.h"

namespace redisop {

struct NodeManagerOptions {
  std::string state_directory;    // pods/, hosts/, volumes/, logs/pods/ are made in it
  std::string operator_programs;  // directory of redis-operator-agent …
  int api_server_port = 0;
  int log_port = 0;          // of the log server
  int loopback_network = 0;  // ClaimLoopbackNetwork()
};

class NodeManager {
 public:
  // The references must outlive this.
  NodeManager(KubeApi& api, const Clock& clock, Random& random, NodeManagerOptions options);
  // Kills all containers.
  ~NodeManager();
  NodeManager(const NodeManager&) = delete;
  NodeManager& operator=(const NodeManager&) = delete;

  // Creates the storage class and starts to listen for pods. Errors of the API.
  absl::Status Start();

  // All thread-safe; errors of NodeRegistry.

  // The machine joins.
  absl::Status AddNode(const std::string& name, const std::string& zone);
  // The machine is lost at once with all that ran on it; its Node goes, and its pods as if the pod
  // garbage collector had already come by.
  absl::Status RemoveNode(const std::string& name);
  // The machine hangs: every process stops, nothing is renewed or reported. It keeps its pods.
  absl::Status FreezeNode(const std::string& name);
  absl::Status ThawNode(const std::string& name);
  // The same for one pod, "namespace/name". kNotFound: it does not run here.
  absl::Status SetPodFrozen(const std::string& key, bool frozen);

  // Nodes, pods and pids, a line each.
  std::string Describe() const;

 private:
  struct Entry {
    std::string key;
    std::string node;
    std::unique_ptr<PodWorker> worker;
  };

  void Wake(const std::unique_ptr<StepThread>& thread);
  void OnPod(const StoreChange& change);
  void Deliver(const KubeObjectPtr& pod);
  void OnConfig(const ResourceType& type, const StoreChange& change);
  absl::Duration ReapFinished();
  void Redeliver(const std::string& node);

  KubeApi& api_;
  const Clock& clock_;
  const NodeManagerOptions options_;
  IpPool addresses_;
  NodeRegistry registry_;
  std::unique_ptr<StepThread> event_thread_;
  EventRecorder events_;
  const PodSurroundings surroundings_;
  Informer pods_, services_, config_maps_, secrets_, claims_, volumes_;
  HostsKeeper hosts_;
  VolumeProvisioner provisioner_;

  // Informers call until their end, which comes after that of the threads.
  absl::Mutex wake_mutex_;
  bool is_closing_ ABSL_GUARDED_BY(wake_mutex_) = false;

  mutable absl::Mutex mutex_;
  std::map<std::string, Entry> workers_ ABSL_GUARDED_BY(mutex_);  // by pod uid

  // Last, so that they end first.
  std::unique_ptr<StepThread> lease_thread_, hosts_thread_, provisioner_thread_, reaper_thread_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_NODE_MANAGER_H_
