// The environment of a container: env, envFrom and what every pod gets. Reads ConfigMaps and
// Secrets live.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_ENVIRONMENT_H_
#define REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_ENVIRONMENT_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/kube/kube_api.h"
#include "nlohmann/json_fwd.hpp"
#include "sandbox/node/variable_expansion.h"

namespace redisop {

// What is known of a pod only once it is on a node.
struct PodPlace {
  std::string address;
  int api_server_port = 0;
};

// The value of a downward API field ("metadata.name", "status.podIP", "metadata.labels['a']",
// "metadata.labels" …). kInvalidArgument: not supported; the message names it.
absl::StatusOr<std::string> FieldValue(const nlohmann::json& pod, const PodPlace& place,
                                       std::string_view path);

// The value of a resourceFieldRef: the container's own limit or request, whole units rounded up
// (cores, bytes divided by `divisor`); "0" when the container does not say. kInvalidArgument: no
// such container or not supported.
absl::StatusOr<std::string> ResourceFieldValue(const nlohmann::json& pod,
                                               const nlohmann::json& container,
                                               const nlohmann::json& reference);

// The content of a ConfigMap or Secret, decoded. Missing: kNotFound, or empty when `optional`.
absl::StatusOr<std::map<std::string, std::string>> ReadConfig(KubeApi& api,
                                                              const ResourceType& type,
                                                              std::string_view namespace_name,
                                                              std::string_view name, bool optional);

// The whole environment of one container, expanded. kNotFound: a ConfigMap, Secret or key is
// missing and not optional: retry. kInvalidArgument: not supported; the message names it.
absl::StatusOr<Variables> MakeEnvironment(KubeApi& api, const nlohmann::json& pod,
                                          const nlohmann::json& container, const PodPlace& place);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_ENVIRONMENT_H_
