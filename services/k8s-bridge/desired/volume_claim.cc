#include <fmt/format.h>

#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/desired.h"
#include "services/k8s-bridge/desired/object_metadata.h"

namespace redisop {

std::string VolumeClaimName(std::string_view pod) { return fmt::format("data-{}", pod); }

DesiredObject VolumeClaim(const RedisCluster& cluster, const CreatePod& member) {
  const Storage& storage = *cluster.spec.storage;
  Labels labels = CommonLabels(cluster, "volume");
  labels[std::string(kShardLabel)] = member.shard;
  labels[std::string(kMemberLabel)] = std::to_string(member.member);
  const std::string name = VolumeClaimName(member.pod);
  nlohmann::json claim = OwnedObject(cluster, kPersistentVolumeClaims, name, labels);
  if (!storage.delete_with_cluster) {
    // Without an owner the garbage collector leaves the volume when the cluster is deleted.
    claim["metadata"].erase("ownerReferences");
  }
  claim["spec"] = {{"accessModes", {"ReadWriteOnce"}},
                   {"resources", {{"requests", {{"storage", storage.size}}}}}};
  if (storage.storage_class_name.has_value()) {
    claim["spec"]["storageClassName"] = *storage.storage_class_name;
  }
  return {kPersistentVolumeClaims, name, claim.dump()};
}

}  // namespace redisop
