#include "services/k8s-bridge/controller/pod_steps.h"

#include <fmt/format.h>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

absl::Status OtherPod(const std::string& name) {
  return MakeStatus(absl::StatusCode::kFailedPrecondition,
                    fmt::format("another pod is named {}", name));
}

absl::Status Create(Pass& pass, const CreatePod& step) {
  KubeApi& kube = pass.context.kube;
  const RedisCluster& cluster = *pass.cluster;
  const std::string& namespace_name = cluster.meta.namespace_name;
  if (cluster.spec.storage.has_value()) {
    const DesiredObject claim = VolumeClaim(cluster, step);
    RETURN_IF_ERROR(kube.Apply(Named(claim.type, namespace_name, claim.name), claim.json,
                               {.field_manager = "redis-operator"}, kTimeout)
                        .status());
  }
  const DesiredObject pod = MemberPod(cluster, step, pass.context.pod_parts);
  const absl::Status created =
      kube.Create(Collection(kPods, namespace_name), pod.json, kTimeout).status();
  if (created.code() != absl::StatusCode::kAlreadyExists) {
    if (created.ok()) {
      pass.log.Info("Created pod", {{"pod", step.pod}});
    }
    return created;
  }
  // Our own POST whose answer was lost, or somebody else's pod.
  ASSIGN_OR_RETURN(const KubeObject live,
                   kube.Get(Named(kPods, namespace_name, step.pod), kTimeout));
  const OwnerReference* owner = live.meta.Controller();
  const bool ours =
      owner != nullptr && owner->uid == cluster.meta.uid && !live.meta.deletion_time.has_value();
  return ours ? absl::OkStatus() : OtherPod(step.pod);
}

absl::Status Delete(Pass& pass, const DeletePod& step) {
  KubeApi& kube = pass.context.kube;
  const ResourcePath path = Named(kPods, pass.cluster->meta.namespace_name, step.pod);
  // Never on the cache alone: it may show a pod that was replaced since.
  const absl::StatusOr<KubeObject> live = kube.Get(path, kTimeout);
  if (live.status().code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(live.status());
  if (live->meta.uid != step.pod_uid) {
    return OtherPod(step.pod);
  }
  const absl::Status status = kube.Delete(path, {.uid = step.pod_uid}, kTimeout);
  if (status.code() == absl::StatusCode::kNotFound) {
    return absl::OkStatus();
  }
  if (status.ok()) {
    pass.log.Info("Deleted pod", {{"pod", step.pod}});
  }
  return status;
}

}  // namespace

absl::Status RunPodStep(Pass& pass, const StepKind& kind) {
  if (const auto* step = std::get_if<CreatePod>(&kind)) {
    return Create(pass, *step);
  }
  if (const auto* step = std::get_if<DeletePod>(&kind)) {
    return Delete(pass, *step);
  }
  return MakeStatus(absl::StatusCode::kInternal, "not a step of the bridge");
}

}  // namespace redisop
