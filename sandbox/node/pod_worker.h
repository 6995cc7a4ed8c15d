// Runs one pod from the moment it is bound to one of the sandbox's nodes to its last breath:
// volumes, containers in order, status, deletion. A thread of its own, which also is the parent of
// the pod's processes.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_POD_WORKER_H_
#define REDIS_OPERATOR_SANDBOX_NODE_POD_WORKER_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/kube/event_recorder.h"
#include "common/kube/kube_api.h"
#include "sandbox/node/ip_pool.h"

namespace redisop {

// What all pods of a sandbox share. The references must outlive every worker.
struct PodSurroundings {
  KubeApi& api;
  const Clock& clock;
  EventRecorder& events;
  IpPool& addresses;
  std::string pods_directory;     // a directory per pod, gone with it
  std::string hosts_directory;    // hosts files, a directory per namespace
  std::string logs_directory;     // NAMESPACE_POD_UID/CONTAINER/RUN.log, gone with the pod
  std::string operator_programs;  // becomes /usr/local/bin of the operator's images
  int api_server_port = 0;
};

class PodWorker {
 public:
  // Starts the pod. `pod` is bound to a node of the sandbox.
  PodWorker(const PodSurroundings& surroundings, KubeObjectPtr pod);
  // Kills what still runs.
  ~PodWorker();
  PodWorker(const PodWorker&) = delete;
  PodWorker& operator=(const PodWorker&) = delete;

  // All thread-safe, none waits.

  // A newer version of the pod; a deletion time in it begins its end.
  void Update(KubeObjectPtr pod);
  // The object is gone from the API: kills at once.
  void Forget();
  // The machine under it is gone: kills at once and tells nobody.
  void Crash();
  // Stops or continues all its processes and all that is done for it.
  void SetFrozen(bool frozen);
  // A ConfigMap or Secret changed: rewrites the volumes made from it when the pod mounts it.
  void RefreshVolumes(const ResourceType& type, std::string_view name);

  // All processes are gone and, unless crashed, the object too. The worker can be destroyed.
  bool is_finished() const { return finished_.load(); }

  // "CONTAINER pid PID" for each running container, a line each; for people and tests.
  std::string Describe() const;

 private:
  class Loop;
  std::atomic<bool> finished_{false};
  std::shared_ptr<Loop> loop_;
};

// Where a container's output is: DIRECTORY/RUN.log, the newest run has the highest number.
std::string ContainerLogDirectory(const std::string& logs_directory,
                                  std::string_view namespace_name, std::string_view pod,
                                  std::string_view uid, std::string_view container);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_POD_WORKER_H_
