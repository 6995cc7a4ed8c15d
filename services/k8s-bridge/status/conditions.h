// The conditions of a RedisCluster. Pure: what was observed, planned and prevented in a pass, and
// the conditions of before, give the conditions now.
//
// Ready is True only when every slot has a serving primary, every promised replica is in sync, all
// nodes agree, the shape is as declared and no step is wanted. It is Unknown when the nodes could
// not be observed.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_STATUS_CONDITIONS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_STATUS_CONDITIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/model/cluster_snapshot.h"
#include "common/model/cluster_spec.h"
#include "common/model/plan.h"
#include "services/k8s-bridge/admission/admission.h"
#include "services/k8s-bridge/observe/slot_claims.h"

namespace redisop {

struct Condition {
  std::string type;
  std::string status;  // "True", "False", "Unknown"
  std::string reason;  // CamelCase
  std::string message;
  absl::Time last_transition;
  int64_t observed_generation = 0;
  friend bool operator==(const Condition&, const Condition&) = default;
};

// How a plan under way stands.
struct PlanProgress {
  std::string digest;
  std::string summary;
  int steps = 0;
  int steps_done = 0;
  double seconds_left = 0;
  bool running = false;  // being carried out
  bool waiting_for_approval = false;
  std::vector<Blocked> blocked;  // wanted, not safe now: by the planner, then by admission
};

struct Situation {
  int64_t generation = 0;
  std::string invalid;  // why the spec makes no sense; empty: it does
  bool paused = false;
  bool observed = false;  // a snapshot was made in this pass
  ClusterSpec spec;
  ClusterSnapshot snapshot;
  SlotClaims claims;
  std::optional<PlanProgress> plan;  // nullopt: nothing is wanted, or it is not known
  bool planned = false;              // the planner was heard for this snapshot, or its plan runs
  std::string problem;               // what went wrong in this pass or step, for people
};

// Slots whose primary answers and serves.
SlotSet ServedSlots(const ClusterSnapshot& snapshot);
// Replicas that answer and are in sync with a primary that serves.
int ReplicasInSync(const ClusterSnapshot& snapshot);
// Primaries that serve slots.
int ServingPrimaries(const ClusterSnapshot& snapshot);

// All conditions, in a fixed order. `last_transition` is kept from `before` while the status of the
// condition stays.
std::vector<Condition> ComputeConditions(const Situation& now, const std::vector<Condition>& before,
                                         absl::Time time);

// nullptr when it is not there.
const Condition* FindCondition(const std::vector<Condition>& conditions, std::string_view type);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_STATUS_CONDITIONS_H_
