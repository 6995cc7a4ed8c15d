// HTTP requests and streams to one server over libcurl's multi interface: one thread, HTTP/2 with
// everything on one connection where the server can. Knows nothing of Kubernetes.
//
// Thread-safe. The thread is the only one that touches libcurl; others hand over and wait.

#ifndef REDIS_OPERATOR_COMMON_KUBE_HTTP_LOOP_H_
#define REDIS_OPERATOR_COMMON_KUBE_HTTP_LOOP_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace redisop {

// What is the same for all requests.
struct HttpServer {
  std::string url;  // "https://127.0.0.1:6443"
  std::string ca_file;
  std::string ca_pem;
  std::string tls_server_name;
  bool insecure_skip_tls_verify = false;
  std::string proxy_url;
  std::string client_certificate_pem;
  std::string client_key_pem;
  std::string user_agent;
  absl::Duration connect_timeout;
};

struct HttpRequest {
  std::string method = "GET";
  std::string path_and_query;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
};

struct HttpResponse {
  int code = 0;
  std::string retry_after;
  std::string body;
};

// Called on the loop's thread, in order; must return soon.
struct HttpStreamCallbacks {
  // A piece of the body of an answer with code 200. Not OK: the stream is ended with that status.
  std::function<absl::Status(std::string_view)> on_data;
  // Once, last. OK: the server ended the answer. An answer with another code comes as `response`
  // with code != 200.
  std::function<void(const absl::Status& status, const HttpResponse& response)> on_end;
};

class HttpLoop {
 public:
  virtual ~HttpLoop() = default;

  // Sends and waits for the whole answer, whatever its code. kUnavailable: nothing reached the
  // server. kDeadlineExceeded: no complete answer came, in time or because the connection broke;
  // the server may have acted. kResourceExhausted: the body is longer than `body_bytes_max`.
  virtual absl::StatusOr<HttpResponse> Perform(const HttpRequest& request, absl::Duration timeout,
                                               size_t body_bytes_max) = 0;

  // Starts a request whose answer comes in pieces. Ended with kUnavailable when the connection
  // breaks or no byte comes for `silence_max`. Returns the stream's number.
  virtual uint64_t StartStream(const HttpRequest& request, absl::Duration silence_max,
                               HttpStreamCallbacks callbacks) = 0;

  // After it no callback of the stream runs or starts. Not from a callback.
  virtual void CancelStream(uint64_t stream) = 0;
};

// Starts the thread. Destruction ends all that runs with kUnavailable and joins it.
absl::StatusOr<std::unique_ptr<HttpLoop>> MakeHttpLoop(HttpServer server);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_HTTP_LOOP_H_
