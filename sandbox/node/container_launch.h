// From a container's spec to the command line that starts it: image, environment, arguments,
// mounts.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_LAUNCH_H_
#define REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_LAUNCH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/kube/kube_api.h"
#include "nlohmann/json_fwd.hpp"
#include "sandbox/node/container_command.h"
#include "sandbox/node/container_environment.h"
#include "sandbox/node/pod_volumes.h"

namespace redisop {

// What a container needs to start; made anew for each start.
struct ContainerLaunch {
  ContainerCommand command;
  std::vector<std::string> environment;
  std::string address;
};

struct LaunchDirectories {
  std::string pod;    // root directories are made in it
  std::string hosts;  // of the pod's namespace
  std::string operator_programs;
};

// Also creates the container's root directory anew. Requires: `volumes` is prepared.
// kOutOfRange: there is nothing local for the image. kNotFound: a ConfigMap, Secret or key is
// missing. kInvalidArgument: the spec asks for what the sandbox does not have. kUnavailable: the
// API or the system refused. The messages are fit for a pod's status.
absl::StatusOr<ContainerLaunch> MakeLaunch(KubeApi& api, const nlohmann::json& pod,
                                           const nlohmann::json& container, const PodPlace& place,
                                           const PodVolumes& volumes,
                                           const LaunchDirectories& directories);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_LAUNCH_H_
