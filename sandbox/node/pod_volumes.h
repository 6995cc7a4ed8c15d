// The volumes of one pod as directories under the sandbox's state. Supported: emptyDir, configMap,
// secret, projected (service account token, configMap, secret, downwardAPI), downwardAPI,
// persistentVolumeClaim, hostPath.
//
// One thread uses it.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_POD_VOLUMES_H_
#define REDIS_OPERATOR_SANDBOX_NODE_POD_VOLUMES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/kube/kube_api.h"
#include "nlohmann/json_fwd.hpp"
#include "sandbox/node/container_command.h"
#include "sandbox/node/container_environment.h"

namespace redisop {

class PodVolumes {
 public:
  // `directory` is the pod's own; `api` must outlive this.
  PodVolumes(KubeApi& api, std::string directory);

  // Creates all volumes of `pod`, or brings the content of those made from ConfigMaps and Secrets
  // up to date (all files of a volume change at once, as on a kubelet). kNotFound, kUnavailable:
  // what it needs is not there yet, retry. kInvalidArgument: not supported.
  absl::Status Prepare(const nlohmann::json& pod, const PodPlace& place);

  // The mounts of one container. Requires: Prepare() succeeded. kInvalidArgument: names no volume,
  // or a subPath that leads outside.
  absl::StatusOr<std::vector<ContainerMount>> MountsOf(const nlohmann::json& container,
                                                       const Variables& variables) const;

  // Whether the pod mounts the ConfigMap or Secret.
  static bool Uses(const nlohmann::json& pod, const ResourceType& type, std::string_view name);

 private:
  using Files = std::map<std::string, std::string>;

  absl::Status PrepareOne(const nlohmann::json& pod, const PodPlace& place,
                          const nlohmann::json& volume);
  absl::Status AddSource(const nlohmann::json& pod, const PodPlace& place,
                         const nlohmann::json& source, Files* files);
  absl::StatusOr<std::string> ServiceAccountToken(const nlohmann::json& pod,
                                                  const nlohmann::json& source);
  absl::StatusOr<std::string> ClaimDirectory(std::string_view namespace_name,
                                             const std::string& claim);
  absl::Status WriteFiles(const std::string& volume_directory, const Files& files);

  KubeApi& api_;
  const std::string directory_;
  std::map<std::string, std::string> sources_;  // volume -> directory on the machine
  std::map<std::string, std::string> tokens_;   // audience -> token, asked for once
  std::map<std::string, Files> written_;        // volume directory -> what it holds
  int version_ = 0;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_POD_VOLUMES_H_
