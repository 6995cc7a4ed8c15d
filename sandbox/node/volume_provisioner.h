// The default StorageClass "standard": a claim gets a directory under the sandbox's state,
// reachable from every node, as network storage would be; it goes with its volume when the reclaim
// policy says Delete.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_VOLUME_PROVISIONER_H_
#define REDIS_OPERATOR_SANDBOX_NODE_VOLUME_PROVISIONER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/kube/kube_api.h"
#include "common/kube/object_store.h"

namespace redisop {

class VolumeProvisioner {
 public:
  // The arguments must outlive this.
  VolumeProvisioner(KubeApi& api, const ObjectStore& claims, const ObjectStore& volumes,
                    std::string directory);

  // Creates the StorageClass; one that is there is fine.
  absl::Status CreateStorageClass();

  // Makes volumes for claims that wait and removes released ones. One caller at a time. Returns
  // when to call again without a change.
  absl::Duration Step();

 private:
  absl::Status Provide(const KubeObject& claim);
  absl::Status Reclaim(const KubeObject& volume);

  KubeApi& api_;
  const ObjectStore& claims_;
  const ObjectStore& volumes_;
  const std::string directory_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_VOLUME_PROVISIONER_H_
