#include "services/k8s-bridge/controller/release.h"

#include <algorithm>

#include "nlohmann/json.hpp"

namespace redisop {
namespace {

constexpr absl::Duration kPatienceMax = absl::Seconds(20);
constexpr absl::Duration kWriteTimeout = absl::Seconds(10);

bool StepsRun(const Pass& pass) {
  return std::any_of(
      pass.observations.begin(), pass.observations.end(), [](const NodeObservation& seen) {
        return std::any_of(seen.steps.begin(), seen.steps.end(), [](const AgentStep& step) {
          return step.state == AgentStep::State::kRunning;
        });
      });
}

}  // namespace

void ReleaseWhenQuiet(Pass& pass) {
  const absl::Duration now = pass.context.clock.Monotonic();
  const absl::Duration since = pass.memory.leaving_since.value_or(now);
  pass.memory.leaving_since = since;
  if (StepsRun(pass) && now - since < kPatienceMax) {
    pass.ComeBackAfter(absl::Milliseconds(200));
    return;
  }
  const ObjectMeta& meta = pass.cluster->meta;
  const auto at = std::find(meta.finalizers.begin(), meta.finalizers.end(), kProtectionFinalizer);
  if (at == meta.finalizers.end()) {
    return;
  }
  const std::string path = "/metadata/finalizers/" + std::to_string(at - meta.finalizers.begin());
  const nlohmann::json patch =
      nlohmann::json::array({{{"op", "test"}, {"path", path}, {"value", kProtectionFinalizer}},
                             {{"op", "remove"}, {"path", path}}});
  const absl::Status status =
      pass.context.kube
          .Patch(Named(kRedisClusters, meta.namespace_name, meta.name), patch.dump(),
                 {.type = PatchType::kJson, .field_manager = "redis-operator"}, kWriteTimeout)
          .status();
  if (status.ok() || status.code() == absl::StatusCode::kNotFound) {
    pass.log.Info("Released deleted cluster");
    pass.cluster->meta.finalizers.clear();
    return;
  }
  // The list changed under our hands, or the API server was busy.
  pass.ComeBackAfter(absl::Milliseconds(200));
}

}  // namespace redisop
