// The small HTTP server of every binary: /metrics, /healthz, /readyz, and what else a binary
// registers. GET only; for kubelet's probes and Prometheus, on loopback or the pod network. No TLS:
// nothing secret is served.
//
// Thread-safe; the callbacks are called from several threads at a time.

#ifndef REDIS_OPERATOR_COMMON_OBS_HTTP_ENDPOINT_H_
#define REDIS_OPERATOR_COMMON_OBS_HTTP_ENDPOINT_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace redisop {

class Metrics;

struct HttpReply {
  int code = 200;
  std::string text;
};

// Gets the query string, without "?". May block: up to eight requests are served at a time.
using HttpHandler = std::function<HttpReply(std::string_view query)>;

struct HttpEndpointOptions {
  // "host:port", ":port" for all addresses; port 0 takes a free one.
  std::string listen_address;
  // Served as /metrics. Must outlive the endpoint.
  const Metrics* metrics = nullptr;
  // /healthz answers 200 "ok", or 503 with the message. Default: always OK.
  std::function<absl::Status()> healthy;
  // The same for /readyz.
  std::function<absl::Status()> ready;
  // Further paths ("/prestop").
  std::map<std::string, HttpHandler> handlers;
};

class HttpEndpoint {
 public:
  // kInvalidArgument: the address has no port. kUnavailable: it can't be bound.
  static absl::StatusOr<std::unique_ptr<HttpEndpoint>> Start(HttpEndpointOptions options);

  // Stops; waits for the running requests.
  ~HttpEndpoint();
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;

  // The port taken.
  int port() const;

 private:
  struct State;
  explicit HttpEndpoint(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_OBS_HTTP_ENDPOINT_H_
