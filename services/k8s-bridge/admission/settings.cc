#include <fmt/format.h>

#include <algorithm>

#include "services/k8s-bridge/admission/rules.h"

namespace redisop::admission {

Verdict Check(const CopyFunctions& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* source = nullptr;
  const Node* target = nullptr;
  if (Verdict refused = NeedPrimary(step.source_id, facts, &source)) {
    return refused;
  }
  if (Verdict refused = NeedPrimary(step.target_id, facts, &target)) {
    return refused;
  }
  const std::vector<NodeId>& lacking = facts.snapshot.lacking_functions;
  if (std::find(lacking.begin(), lacking.end(), source->id) != lacking.end()) {
    return Refusal{BlockedCode::kNotSupported,
                   fmt::format("{} has no functions to copy", NameOf(*source))};
  }
  return kAdmitted;
}

Verdict Check(const SetConfig& step, const StepSize&, const AdmissionFacts& facts) {
  for (const NodeId& id : step.node_ids) {
    const Node* node = nullptr;
    if (Verdict refused = NeedObserved(id, facts, &node)) {
      return refused;
    }
  }
  return kAdmitted;
}

}  // namespace redisop::admission
