#include "services/k8s-bridge/admission/admission.h"

#include <variant>

#include "services/k8s-bridge/admission/rules.h"

namespace redisop {

std::optional<Refusal> Admit(const StepKind& kind, const StepSize& size,
                             const AdmissionFacts& facts) {
  return std::visit([&](const auto& step) { return admission::Check(step, size, facts); }, kind);
}

}  // namespace redisop
