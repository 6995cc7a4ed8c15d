// The resource and its pods, from the caches. Takes hold of a new cluster by the finalizer.

#include <algorithm>

#include "common/base/status.h"
#include "nlohmann/json.hpp"
#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/controller/stage.h"

namespace redisop {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(10);

void LoadPods(Pass& pass) {
  for (const KubeObjectPtr& object : pass.context.informers.PodsOf(pass.key)) {
    const OwnerReference* owner = object->meta.Controller();
    // A pod with our labels that this very cluster does not own is somebody else's.
    if (owner == nullptr || owner->uid != pass.cluster->meta.uid) {
      continue;
    }
    absl::StatusOr<MemberPodState> pod = ReadMemberPod(*object);
    if (pod.ok()) {
      pass.pods.push_back(*std::move(pod));
    } else {
      pass.Problem("Reading pod", pod.status());
    }
  }
  for (const KubeObjectPtr& node : pass.context.informers.Nodes()) {
    pass.hosts.push_back(ReadHost(*node, pass.cluster->spec.zone_topology_key));
  }
}

bool HasFinalizer(const ObjectMeta& meta) {
  return std::find(meta.finalizers.begin(), meta.finalizers.end(), kProtectionFinalizer) !=
         meta.finalizers.end();
}

// Before anything is created outside of the resource, so that its deletion waits for a safe end.
absl::Status AddFinalizer(Pass& pass) {
  const ObjectMeta& meta = pass.cluster->meta;
  std::vector<std::string> finalizers = meta.finalizers;
  finalizers.emplace_back(kProtectionFinalizer);
  const nlohmann::json patch = {
      {"metadata", {{"finalizers", finalizers}, {"resourceVersion", meta.resource_version}}}};
  absl::StatusOr<KubeObject> written = pass.context.kube.Patch(
      Named(kRedisClusters, meta.namespace_name, meta.name), patch.dump(),
      {.type = PatchType::kMerge, .field_manager = "redis-operator"}, kWriteTimeout);
  if (!written.ok()) {
    return written.status();
  }
  pass.cluster->meta.resource_version = written->meta.resource_version;
  pass.cluster->meta.finalizers = finalizers;
  return absl::OkStatus();
}

void Forget(Pass& pass) {
  pass.memory = ClusterMemory();
  pass.context.board.Remove(pass.key);
  pass.context.metrics.Drop(pass.key);
}

}  // namespace

StageResult LoadCluster(Pass& pass) {
  const KubeObjectPtr object = pass.context.informers.Cluster(pass.key);
  if (object == nullptr) {
    Forget(pass);
    return StageResult::Stop("NotFound");
  }
  if (pass.memory.uid != object->meta.uid) {
    Forget(pass);  // deleted and created anew under the same name: another cluster
    pass.memory.uid = object->meta.uid;
  }
  absl::StatusOr<RedisCluster> cluster = ParseRedisCluster(*object);
  if (!cluster.ok()) {
    pass.cluster.emplace();
    pass.cluster->meta = object->meta;
    pass.invalid = MessageOf(cluster.status());
    return StageResult::Stop("InvalidSpec");
  }
  pass.cluster = *std::move(cluster);
  pass.leaving = pass.cluster->Deleting();
  pass.memory.formed = pass.memory.formed || pass.cluster->formed;
  LoadPods(pass);
  if (pass.leaving && !HasFinalizer(pass.cluster->meta)) {
    return StageResult::Stop("Released");
  }
  if (!pass.ReadOnly() && !HasFinalizer(pass.cluster->meta)) {
    if (absl::Status status = AddFinalizer(pass); !status.ok()) {
      if (status.code() != absl::StatusCode::kAborted) {
        pass.Problem("Adding the finalizer", status);
      }
      return StageResult::RequeueAfter(absl::Milliseconds(50), "FinalizerNotAdded");
    }
  }
  return StageResult::Continue();
}

}  // namespace redisop
