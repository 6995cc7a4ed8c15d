// redis-operator-planner: serves PlannerService, or answers one request from standard input.

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>

#include "common/base/status.h"
#include "common/obs/http_endpoint.h"
#include "common/obs/log.h"
#include "common/obs/metrics.h"
#include "common/rpc/server_runner.h"
#include "common/rpc/signals.h"
#include "services/planner/offline.h"
#include "services/planner/options.h"
#include "services/planner/rpc/planner_service.h"

namespace redisop {
namespace {

// Every field has a limit of its own, so that what is too large is refused with its name.
constexpr int kReceiveBytesMax = 32 << 20;
constexpr int64_t kMemoryBytesMax = 512 << 20;
// Each holds one decoded request.
constexpr int kWorkersMax = 4;

int Fail(const absl::Status& status) {
  fmt::print(stderr, "redis-operator-planner: {}\n", ToString(status));
  return 1;
}

int RunOffline(const PlannerOptions& options) {
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  const absl::StatusOr<std::string> answer = AnswerOffline(options, input);
  if (!answer.ok()) {
    return Fail(answer.status());
  }
  fmt::print("{}", *answer);
  return 0;
}

int RunServer(const PlannerOptions& options) {
  TerminationSignals signals;
  if (const absl::Status status = StartLog(options.log); !status.ok()) {
    return Fail(status);
  }
  const Logger log("planner");
  Metrics metrics("redis_operator_planner_");
  PlannerServiceLimits limits;
  limits.work.threads =
      std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 2, kWorkersMax);
  PlannerServiceImpl planner(limits, metrics);
  ServerOptions server_options{.listen_address = options.listen_address,
                               .security = options.security};
  server_options.max_receive_bytes = kReceiveBytesMax;
  server_options.memory_bytes_max = kMemoryBytesMax;
  auto server = ServerRunner::Start(
      server_options,
      {{&planner, redisoperator::planner::v1::PlannerService::service_full_name()}});
  if (!server.ok()) {
    return Fail(server.status());
  }
  std::unique_ptr<HttpEndpoint> http;
  if (!options.http_listen_address.empty()) {
    HttpEndpointOptions http_options;
    http_options.listen_address = options.http_listen_address;
    http_options.metrics = &metrics;
    auto started = HttpEndpoint::Start(std::move(http_options));
    if (!started.ok()) {
      return Fail(started.status());
    }
    http = *std::move(started);
  }
  log.Info("Started", {{"address", (*server)->address()}});
  const int signal = signals.Wait();
  log.Info("Stopping", {{"signal", signal}});
  (*server)->Drain(absl::Seconds(10));
  return 0;
}

}  // namespace
}  // namespace redisop

int main(int argc, char** argv) {
  const redisop::ParsedOptions parsed = redisop::ParsePlannerOptions(argc, argv);
  if (parsed.exit_code.has_value()) {
    return *parsed.exit_code;
  }
  return parsed.options.command.empty() ? redisop::RunServer(parsed.options)
                                        : redisop::RunOffline(parsed.options);
}
