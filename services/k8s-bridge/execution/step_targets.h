// Which nodes carry a step out, and the step with node ids instead of pod names. Pure.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_EXECUTION_STEP_TARGETS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_EXECUTION_STEP_TARGETS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/model/cluster_snapshot.h"
#include "common/model/plan.h"

namespace redisop {

// An agent that carries a step out.
struct StepTarget {
  std::string pod_uid;
  NodeId node_id;
  friend bool operator==(const StepTarget&, const StepTarget&) = default;
};

// The same step with the node ids of the pods that it names. kNotFound names a node that has no id
// yet. CreatePod stays as it is; the id of a DeletePod's node may be empty.
absl::StatusOr<StepKind> ResolveNodes(const StepKind& kind, const ClusterSnapshot& snapshot);

// The targets of a resolved step: one agent for most; every named node for MeetNodes and SetConfig;
// every observed node that stays, but the one to forget, for ForgetNode; none for CreatePod and
// DeletePod, which the bridge does.
std::vector<StepTarget> TargetsOf(const StepKind& resolved, const ClusterSnapshot& snapshot);

// Carried out by the bridge itself.
bool IsPodStep(const StepKind& kind);
// Carried out by several agents at the same time.
bool IsFanOut(const StepKind& kind);

// The nodes that a resolved step names.
std::vector<NodeId> NodesNamedBy(const StepKind& resolved);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_EXECUTION_STEP_TARGETS_H_
