// The second opinion: before a step starts, it is proven again on the newest snapshot, by rules
// that share nothing with the planner but the model. A planner that is wrong, of another version or
// not the planner at all can make the bridge wait, but not lose data.
//
// Pure. A refusal is data with a reason, never an error.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_ADMISSION_ADMISSION_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_ADMISSION_ADMISSION_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/model/cluster_snapshot.h"
#include "common/model/cluster_spec.h"
#include "common/model/plan.h"
#include "services/k8s-bridge/observe/slot_claims.h"

namespace redisop {

struct Refusal {
  BlockedCode code = BlockedCode::kNone;
  std::string text;  // for people, with names and figures
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// What is known when a step is to be proven.
struct AdmissionFacts {
  const ClusterSnapshot& snapshot;         // observed in this pass
  const SlotClaims& claims;                // of the same observation
  const std::set<NodeId>& disputed_roles;  // of the same observation
  std::vector<StepKind> running;           // under way now, whoever started them; with node ids
  const ClusterSpec& spec;
  const Policy& policy;
};

// nullopt: the step may start now. `kind` names nodes by node id (a CreatePod names its pod).
std::optional<Refusal> Admit(const StepKind& kind, const StepSize& size,
                             const AdmissionFacts& facts);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_ADMISSION_ADMISSION_H_
