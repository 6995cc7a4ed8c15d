// What one pass over one cluster works on, what is remembered of a cluster between passes, and what
// all passes share.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_PASS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_PASS_H_

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/kube/event_recorder.h"
#include "common/kube/kube_api.h"
#include "common/obs/log.h"
#include "services/k8s-bridge/admission/admission.h"
#include "services/k8s-bridge/api/redis_cluster.h"
#include "services/k8s-bridge/controller/cluster_board.h"
#include "services/k8s-bridge/controller/metrics.h"
#include "services/k8s-bridge/controller/wake_ups.h"
#include "services/k8s-bridge/desired/desired.h"
#include "services/k8s-bridge/execution/plan_execution.h"
#include "services/k8s-bridge/observe/agent_api.h"
#include "services/k8s-bridge/observe/assemble_snapshot.h"
#include "services/k8s-bridge/observe/slot_claims.h"
#include "services/k8s-bridge/planner/planner_api.h"
#include "services/k8s-bridge/watch/informers.h"

namespace redisop {

// Shared by all passes; everything in it outlives them and is thread-safe.
struct BridgeContext {
  KubeApi& kube;
  const Informers& informers;
  AgentApi& agents;
  PlannerApi& planner;
  const Clock& clock;
  EventRecorder& events;
  const BridgeMetrics& metrics;
  ClusterBoard& board;
  PodParts pod_parts;
  // Lease transitions of this leadership; nullopt: leader no more, nothing may be done.
  std::function<std::optional<int64_t>()> fencing_token;
  // Has a cluster looked at again, soon.
  std::function<void(const std::string& key)> wake;
};

// Remembered between passes over one cluster; lost with the process, and nothing depends on it but
// speed and good manners. One pass at a time touches it.
struct ClusterMemory {
  std::string uid;
  std::unique_ptr<PlanExecution> execution;
  std::map<std::string, NodeId> last_ids;  // pod UID to the node that was seen in it
  // Pods whose agents may carry out steps of a bridge before this one: those that were there at the
  // first look and have not been heard of since.
  std::optional<std::set<std::string>> unheard;
  absl::Duration first_look;
  bool formed = false;
  bool formed_at_begin = false;  // of the execution
  int executions = 0;            // plans begun by this process, part of the steps' ids
  int failures = 0;              // executions that failed in a row
  std::string last_failure;
  absl::Duration plan_not_before = -absl::InfiniteDuration();
  std::optional<absl::Duration> stalled_since;   // steps are ready, but all refused
  std::optional<absl::Duration> starting_since;  // pods do not answer yet
  std::optional<absl::Duration> leaving_since;
  std::string stored_status;  // as written last, and its resource version
  std::string stored_version;
  absl::Duration status_written_at = -absl::InfiniteDuration();
  std::map<std::string, std::string> applied;  // "kind/name" to the version that our write gave it
  std::map<std::string, std::string> roles;    // pod UID to the role label written
  std::map<std::string, NodeId> primaries;     // shard to its primary, for events
  std::shared_ptr<WakeUps> wake_ups = std::make_shared<WakeUps>();
  std::unique_ptr<NodeWatch> watch;
  std::string watched_pod_uid;
};

struct RefusedStep {
  Step step;
  Refusal refusal;
};

struct AdmittedStep {
  std::string id;
  StepKind resolved;
};

struct Pass {
  Pass(const BridgeContext& context_in, const std::string& key_in, ClusterMemory& memory_in);

  // The earliest of all wishes counts.
  void ComeBackAfter(absl::Duration delay) {
    come_back_after = std::min(come_back_after, std::max(delay, absl::ZeroDuration()));
  }
  void Event(EventType type, std::string_view reason, std::string_view action,
             std::string_view note) const;
  // An error that must not hide: logged here, shown as Degraded.
  void Problem(std::string_view what, const absl::Status& status);
  // Nothing may be changed: paused, invalid or being deleted.
  bool ReadOnly() const { return !cluster.has_value() || cluster->spec.paused || leaving; }

  const BridgeContext& context;
  const std::string key;
  ClusterMemory& memory;
  const Logger log;
  absl::Duration come_back_after = absl::InfiniteDuration();
  std::string problem;

  // load_cluster
  std::optional<RedisCluster> cluster;
  std::string invalid;
  bool leaving = false;
  std::vector<MemberPodState> pods;
  std::vector<Host> hosts;

  // observe_nodes
  bool observed = false;
  std::vector<NodeObservation> observations;
  std::map<std::string, AgentAddress> agents;  // by pod UID
  ClusterSnapshot snapshot;
  SlotClaims claims;
  std::set<NodeId> disputed_roles;

  // compute_plan: set while no execution runs
  bool planned = false;
  std::optional<Plan> plan;
  std::vector<StepKind> foreign_steps;  // run at agents, started by a bridge before this one

  // admit_plan
  std::vector<AdmittedStep> admitted;
  std::vector<RefusedStep> refused;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_PASS_H_
