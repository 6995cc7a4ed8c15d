// redis-operator-agent: beside one or several redis-servers, observes them and executes steps; or
// takes the snapshot of any cluster and ends.

#include "common/base/status.h"
#include "common/obs/build_info.h"
#include "common/obs/log.h"
#include "common/rpc/signals.h"
#include "services/agent/agent.h"
#include "services/agent/options.h"

namespace {

int Run(const redisop::AgentOptions& options, redisop::TerminationSignals& signals) {
  const redisop::Logger log("agent");
  auto agent = redisop::Agent::Start(options);
  if (!agent.ok()) {
    log.Error("Could not start", {{"err", agent.status()}});
    return 1;
  }
  log.Info("Started", {{"version", redisop::GetBuildInfo().version},
                       {"listen", (*agent)->address()},
                       {"httpListen", options.http_listen},
                       {"instancesDir", options.instances_dir},
                       {"plaintext", options.security.plaintext}});
  signals.Wait();
  (*agent)->Stop();
  log.Info("Stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  redisop::AgentOptions options;
  if (const auto exit_code = redisop::ParseAgentOptions(argc, argv, options)) {
    return *exit_code;
  }
  if (options.snapshot.has_value()) {
    return redisop::RunSnapshot(*options.snapshot);
  }
  redisop::TerminationSignals signals;
  const redisop::Logger log("agent");
  if (const absl::Status valid = redisop::Validate(options); !valid.ok()) {
    log.Error("Options are wrong", {{"err", valid}});
    return 2;
  }
  const absl::Status logging =
      redisop::StartLog({.format = *redisop::ParseLogFormat(options.log_format),
                         .level = *redisop::ParseLogLevel(options.log_level)});
  if (!logging.ok()) {
    log.Error("Could not start the log", {{"err", logging}});
    return 1;
  }
  return Run(options, signals);
}
