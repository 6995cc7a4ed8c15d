// KubeApi over libcurl: HTTP/2, all requests and watches on one connection, driven by one thread.

#ifndef REDIS_OPERATOR_COMMON_KUBE_CURL_KUBE_API_H_
#define REDIS_OPERATOR_COMMON_KUBE_CURL_KUBE_API_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/kube/kube_api.h"
#include "common/kube/kube_config.h"

namespace redisop {

struct CurlKubeApiOptions {
  std::string user_agent = "redis-operator";
  absl::Duration connect_timeout = absl::Seconds(10);
  // A watch on which no byte came for this long is ended with kUnavailable. The server sends a
  // bookmark about once a minute, so this is two missed ones and a bit.
  absl::Duration watch_silence_max = absl::Seconds(150);
  size_t response_bytes_max = size_t{256} << 20;   // one answer; lists are read in pages
  size_t watch_frame_bytes_max = size_t{8} << 20;  // one event
  size_t request_bytes_max = size_t{3} << 20;      // the API server takes no more
  int retries_max = 10;                            // per call, as client-go
};

// Starts the thread. kInvalidArgument: `config` cannot be used; the message names the field.
// Nothing is sent before the first call. Destruction waits for the thread; no call may be running
// then, and the handles of watches must be gone.
absl::StatusOr<std::unique_ptr<KubeApi>> MakeCurlKubeApi(KubeConfig config,
                                                         CurlKubeApiOptions options = {});

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_CURL_KUBE_API_H_
