#include "common/rpc/server_runner.h"

#include <atomic>

#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/rpc/grpc_log.h"
#include "fmt/format.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace redisop {
namespace {

// Both are switches of the whole process: servers built afterwards have them.
void EnablePlugins(bool reflection) {
  grpc::EnableDefaultHealthCheckService(true);
  if (reflection) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // gRPC serves health without its descriptor (grpc/grpc#36665); the generated code that this
    // line links in has it.
    grpc::health::v1::HealthCheckRequest::descriptor();
  }
}

void SetLimits(const ServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_receive_bytes);
  builder.SetMaxSendMessageSize(options.max_send_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_concurrent_streams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 << 10);
  // Two servers on one port would share its connections and hide the mistake.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  grpc::ResourceQuota quota("server");
  quota.Resize(static_cast<size_t>(options.memory_bytes_max));
  quota.SetMaxThreads(options.threads_max);
  builder.SetResourceQuota(quota);
}

// Pings of clients are limited, dead ones are noticed, and connections are made anew each hour, so
// that rotated certificates take effect.
void SetKeepalive(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 3'600'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 30'000);
}

bool IsUnixSocket(const std::string& address) { return address.starts_with("unix:"); }

std::string WithPort(const std::string& address, int port) {
  return fmt::format("{}:{}", address.substr(0, address.rfind(':')), port);
}

}  // namespace

struct ServerRunner::State {
  std::string address;
  int port = 0;
  std::vector<ServedService> services;
  std::unique_ptr<grpc::Server> server;
  std::atomic<bool> drained{false};
};

absl::StatusOr<std::unique_ptr<ServerRunner>> ServerRunner::Start(
    const ServerOptions& options, std::vector<ServedService> services) {
  ASSIGN_OR_RETURN(const auto credentials, MakeServerCredentials(options.security));
  RouteGrpcLog();
  EnablePlugins(options.reflection);
  grpc::ServerBuilder builder;
  SetLimits(options, builder);
  SetKeepalive(builder);
  auto state = std::make_unique<State>();
  builder.AddListeningPort(options.listen_address, credentials, &state->port);
  for (const ServedService& served : services) {
    builder.RegisterService(served.service);
  }
  state->server = builder.BuildAndStart();
  const bool is_unix_socket = IsUnixSocket(options.listen_address);
  if (state->server == nullptr || (state->port == 0 && !is_unix_socket)) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("can't listen on {}", options.listen_address));
  }
  if (is_unix_socket) {
    state->port = 0;
    state->address = options.listen_address;
  } else {
    state->address = WithPort(options.listen_address, state->port);
  }
  state->services = std::move(services);
  std::unique_ptr<ServerRunner> runner(new ServerRunner(std::move(state)));
  for (const ServedService& served : runner->state_->services) {
    runner->SetServing(served.name, true);
  }
  return runner;
}

ServerRunner::ServerRunner(std::unique_ptr<State> state) : state_(std::move(state)) {}

ServerRunner::~ServerRunner() { Drain(absl::ZeroDuration()); }

const std::string& ServerRunner::address() const { return state_->address; }

int ServerRunner::port() const { return state_->port; }

void ServerRunner::SetServing(std::string_view service, bool serving) {
  if (!state_->drained) {
    state_->server->GetHealthCheckService()->SetServingStatus(std::string(service), serving);
  }
}

void ServerRunner::Drain(absl::Duration grace) {
  if (state_->drained.exchange(true)) {
    return;
  }
  // From here on gRPC's health service keeps NOT_SERVING whatever is set.
  state_->server->GetHealthCheckService()->Shutdown();
  state_->server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  state_->server->Wait();
}

}  // namespace redisop
