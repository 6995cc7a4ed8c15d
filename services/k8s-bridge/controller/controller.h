// The workers: take a cluster from the queue, run a pass over it, put it back for later. Clusters
// are independent; never are two workers on one.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CONTROLLER_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CONTROLLER_H_

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/kube/work_queue.h"
#include "services/k8s-bridge/controller/pass.h"

namespace redisop {

class Controller {
 public:
  // Both must outlive the controller.
  Controller(const BridgeContext& context, WorkQueue& queue) : context_(context), queue_(queue) {}
  ~Controller() { Stop(); }

  // Starts the workers. At most once; call it when the informers have synced and this is the
  // leader.
  void Start(int workers);
  // No pass starts after this; waits for the running ones.
  void Stop();

  // Instead of workers, for tests and simulators: runs what is due now; false: nothing was.
  bool RunOne();

 private:
  void Work();
  void Handle(const std::string& key);
  ClusterMemory& MemoryOf(const std::string& key);

  const BridgeContext& context_;
  WorkQueue& queue_;
  absl::Mutex mutex_;
  // The map is guarded; an entry belongs to whoever holds its key.
  std::map<std::string, std::unique_ptr<ClusterMemory>> memories_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> workers_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CONTROLLER_H_
