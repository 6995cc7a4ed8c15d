// Services, configuration and budgets are as desired: what differs or is gone is applied again,
// what is as desired is not touched. Pods belong to the plan.

#include <fmt/format.h>

#include <algorithm>

#include "common/base/status.h"
#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/controller/stage.h"
#include "services/k8s-bridge/desired/satisfies.h"

namespace redisop {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(10);

KubeObjectPtr Live(const Pass& pass, const DesiredObject& desired) {
  const std::string key = ObjectKey(pass.cluster->meta.namespace_name, desired.name);
  if (desired.type.plural == kServices.plural) {
    return pass.context.informers.Service(key);
  }
  if (desired.type.plural == kConfigMaps.plural) {
    return pass.context.informers.ConfigMap(key);
  }
  for (const KubeObjectPtr& budget : pass.context.informers.BudgetsOf(pass.key)) {
    if (budget->meta.name == desired.name) {
      return budget;
    }
  }
  return nullptr;
}

void Ensure(Pass& pass, const DesiredObject& desired) {
  const std::string& namespace_name = pass.cluster->meta.namespace_name;
  std::string& applied = pass.memory.applied[fmt::format("{}/{}", desired.type.kind, desired.name)];
  // The cache may not show our own last write yet: then it says nothing about drift.
  if (!applied.empty() && !pass.context.informers.HasSeen(desired.type, namespace_name, applied)) {
    return;
  }
  const KubeObjectPtr live = Live(pass, desired);
  if (live != nullptr && Satisfies(live->json, desired.json)) {
    return;
  }
  absl::StatusOr<KubeObject> written =
      pass.context.kube.Apply(Named(desired.type, namespace_name, desired.name), desired.json,
                              {.field_manager = "redis-operator"}, kWriteTimeout);
  if (!written.ok()) {
    pass.Problem(fmt::format("Applying {} {}", desired.type.kind, desired.name), written.status());
    pass.ComeBackAfter(absl::Seconds(1));
    return;
  }
  pass.log.Info("Applied object", {{"kind", desired.type.kind}, {"name", desired.name}});
  applied = written->meta.resource_version;
}

void RemoveOldBudgets(Pass& pass, const std::vector<DesiredObject>& desired) {
  for (const KubeObjectPtr& budget : pass.context.informers.BudgetsOf(pass.key)) {
    const OwnerReference* owner = budget->meta.Controller();
    const bool ours = owner != nullptr && owner->uid == pass.cluster->meta.uid;
    const bool wanted =
        std::any_of(desired.begin(), desired.end(),
                    [&](const DesiredObject& object) { return object.name == budget->meta.name; });
    if (!ours || wanted || budget->meta.deletion_time.has_value()) {
      continue;
    }
    const absl::Status status = pass.context.kube.Delete(
        Named(kPodDisruptionBudgets, budget->meta.namespace_name, budget->meta.name),
        {.uid = budget->meta.uid}, kWriteTimeout);
    if (!status.ok() && status.code() != absl::StatusCode::kNotFound) {
      pass.Problem("Deleting a budget", status);
    }
  }
}

// A pod that ended for good (evicted, say) holds the name of a member; nothing runs in it.
void RemoveFinishedPods(Pass& pass) {
  for (const MemberPodState& pod : pass.pods) {
    if (!pod.finished || pod.leaving) {
      continue;
    }
    const absl::Status status = pass.context.kube.Delete(
        Named(kPods, pass.cluster->meta.namespace_name, pod.name), {.uid = pod.uid}, kWriteTimeout);
    if (!status.ok() && status.code() != absl::StatusCode::kNotFound) {
      pass.Problem("Deleting a finished pod", status);
    }
  }
}

}  // namespace

StageResult EnsureObjects(Pass& pass) {
  if (pass.ReadOnly()) {
    return StageResult::Continue();
  }
  std::map<std::string, int> members;
  for (const MemberPodState& pod : pass.pods) {
    members[pod.shard] += pod.leaving ? 0 : 1;
  }
  Ensure(pass, HeadlessService(*pass.cluster));
  Ensure(pass, ClientService(*pass.cluster));
  Ensure(pass, ConfigMap(*pass.cluster));
  const std::vector<DesiredObject> budgets = DisruptionBudgets(*pass.cluster, members);
  for (const DesiredObject& budget : budgets) {
    Ensure(pass, budget);
  }
  RemoveOldBudgets(pass, budgets);
  RemoveFinishedPods(pass);
  return StageResult::Continue();
}

}  // namespace redisop
