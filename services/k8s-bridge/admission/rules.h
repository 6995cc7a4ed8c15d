// One rule per kind of step, and the questions they share. See admission.h.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_ADMISSION_RULES_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_ADMISSION_RULES_H_

#include <optional>
#include <string_view>

#include "services/k8s-bridge/admission/admission.h"

namespace redisop::admission {

using Verdict = std::optional<Refusal>;

inline constexpr std::nullopt_t kAdmitted = std::nullopt;

// Rules, by file: pods.cc, membership.cc, slots.cc, roles.cc, settings.cc.
Verdict Check(const CreatePod& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const DeletePod& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const MeetNodes& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const SetConfigEpoch& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const AssignSlots& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const AttachReplica& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const MigrateSlots& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const CloseOpenSlot& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const PromoteReplica& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const TakeOver& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const ForgetNode& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const ResetEmptyNode& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const CopyFunctions& step, const StepSize& size, const AdmissionFacts& facts);
Verdict Check(const SetConfig& step, const StepSize& size, const AdmissionFacts& facts);

// "cache-0-1 (07c3a1b2…)": how a node is named in refusals.
std::string NameOf(const Node& node);

// Refused unless the node answered in this pass; `found` is then set.
Verdict NeedObserved(std::string_view id, const AdmissionFacts& facts, const Node** found);
// The same, and it has to be a healthy primary.
Verdict NeedPrimary(std::string_view id, const AdmissionFacts& facts, const Node** found);

// Refused while the node has a duty or data of its own that would be lost with it: slots in
// anybody's view, open slots, replicas, or keys that its shard does not hold often enough
// elsewhere.
Verdict NeedDispensable(const Node& node, const AdmissionFacts& facts);

// Refused unless more than half of the primaries with slots answer and are healthy: without them
// no election can succeed.
Verdict NeedQuorum(const AdmissionFacts& facts);

}  // namespace redisop::admission

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_ADMISSION_RULES_H_
