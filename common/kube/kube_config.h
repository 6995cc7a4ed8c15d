// Where the API server is and how to prove who one is: from a pod's service account, or from a
// kubeconfig file.

#ifndef REDIS_OPERATOR_COMMON_KUBE_KUBE_CONFIG_H_
#define REDIS_OPERATOR_COMMON_KUBE_KUBE_CONFIG_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace redisop {

struct KubeConfig {
  std::string server;  // "https://10.0.0.1:443", without a slash at the end

  // PEM text. `ca_file` is read again when it changes on disk; it wins over `ca_pem`.
  std::string ca_file;
  std::string ca_pem;
  std::string tls_server_name;  // empty: the host of `server`
  bool insecure_skip_tls_verify = false;
  std::string proxy_url;

  std::string client_certificate_pem;
  std::string client_key_pem;

  // A token, or a file that holds one and is read again when it changes (bound tokens live an
  // hour); the file wins.
  std::string token;
  std::string token_file;
  std::string username;
  std::string password;

  std::string namespace_name;  // the pod's or the context's; "default" when nothing says
};

// The service account of the pod this program runs in. kNotFound: not in a pod
// (KUBERNETES_SERVICE_HOST is unset). kFailedPrecondition: in a pod without a mounted token.
absl::StatusOr<KubeConfig> InClusterConfig();

// Reads the kubeconfig at `paths`: one file, or several joined with ':' of which the first to name
// a thing wins, as in $KUBECONFIG. `context` empty: current-context. Files that are not there are
// passed over when there are several. kNotFound: no file, context, cluster or user of that name.
// kInvalidArgument: the message names file and field; also for exec and auth-provider users, which
// are not supported. kFailedPrecondition: a file that it names cannot be read.
absl::StatusOr<KubeConfig> LoadKubeConfig(std::string_view paths, std::string_view context = {});

// What kubectl would use: `explicit_path` when not empty, else $KUBECONFIG, else the service
// account of the pod, else ~/.kube/config.
absl::StatusOr<KubeConfig> DefaultKubeConfig(std::string_view explicit_path = {});

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_KUBE_CONFIG_H_
