#include "common/rpc/channel_factory.h"

#include <nlohmann/json.hpp>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/rpc/grpc_log.h"
#include "fmt/format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace redisop {
namespace {

// The service config that gRPC reads (gRFC A2, A6). The throttle stops retries when a server
// answers hardly any call.
absl::StatusOr<std::string> ServiceConfig(const std::vector<std::string>& retried_methods) {
  nlohmann::json config = {{"loadBalancingConfig", {{{"round_robin", nlohmann::json::object()}}}}};
  nlohmann::json names = nlohmann::json::array();
  for (const std::string& method : retried_methods) {
    const size_t slash = method.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == method.size()) {
      return MakeStatus(absl::StatusCode::kInvalidArgument,
                        fmt::format("retried method \"{}\" isn't package.Service/Method", method));
    }
    names.push_back({{"service", method.substr(0, slash)}, {"method", method.substr(slash + 1)}});
  }
  if (!names.empty()) {
    config["methodConfig"] = {{{"name", names},
                               {"retryPolicy",
                                {{"maxAttempts", 4},
                                 {"initialBackoff", "0.1s"},
                                 {"maxBackoff", "2s"},
                                 {"backoffMultiplier", 2},
                                 {"retryableStatusCodes", {"UNAVAILABLE"}}}}}};
    config["retryThrottling"] = {{"maxTokens", 100}, {"tokenRatio", 0.1}};
  }
  return config.dump();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const std::string& target,
                                                           const ChannelOptions& options) {
  ASSIGN_OR_RETURN(const auto credentials, MakeChannelCredentials(options.security));
  ASSIGN_OR_RETURN(const std::string config, ServiceConfig(options.retried_methods));
  RouteGrpcLog();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_receive_bytes);
  arguments.SetMaxSendMessageSize(-1);  // the server's limit decides
  arguments.SetServiceConfigJSON(config);
  // No look-up of a service config by DNS: it would cost a query per name.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // A dead peer of an open call is noticed in 40 s; idle channels stay silent.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Restarted servers are tried again soon; gRPC's own maximum is two minutes.
  // The default of 30 s would leave a restarted peer unheard of for as long.
  arguments.SetInt(GRPC_ARG_DNS_MIN_TIME_BETWEEN_RESOLUTIONS_MS, 500);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5000);
  if (!options.server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.server_name);
  }
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

void ConnectAnew(grpc::Channel& channel) {
  grpc::experimental::ChannelResetConnectionBackoff(&channel);
}

}  // namespace redisop
