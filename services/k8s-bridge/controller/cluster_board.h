// The newest report of each cluster, for those who only look: BridgeService. Thread-safe.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CLUSTER_BOARD_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CLUSTER_BOARD_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/model/cluster_snapshot.h"
#include "common/model/cluster_spec.h"
#include "common/model/plan.h"
#include "services/k8s-bridge/observe/agent_api.h"

namespace redisop {

struct StepReport {
  Step step;
  std::string state;  // "waiting", "running", "done", "failed"
  AgentStep agent;    // of a step that several agents carry out, the one that is behind the most
};

struct ClusterReport {
  std::string namespace_name;
  std::string name;
  std::string uid;
  std::string ready;  // status of the condition
  std::string message;
  bool observed = false;
  ClusterSnapshot snapshot;    // of `observed_at`
  absl::Duration observed_at;  // monotonic
  ClusterSpec spec;
  Policy policy;
  std::string plan_digest;  // of the plan under way; empty: none
  std::vector<StepReport> steps;
  double seconds_left = 0;
};

using ClusterReportPtr = std::shared_ptr<const ClusterReport>;

class ClusterBoard {
 public:
  void Publish(const std::string& key, ClusterReport report);
  void Remove(const std::string& key);

  ClusterReportPtr Get(const std::string& key) const;  // nullptr: unknown
  std::vector<ClusterReportPtr> List() const;          // by key

  // Waits until the cluster has another report than `seen`, or for `timeout`; its report then.
  ClusterReportPtr AwaitNews(const std::string& key, const ClusterReportPtr& seen,
                             absl::Duration timeout) const;

 private:
  mutable absl::Mutex mutex_;
  mutable absl::CondVar changed_;
  std::map<std::string, ClusterReportPtr> reports_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_CLUSTER_BOARD_H_
