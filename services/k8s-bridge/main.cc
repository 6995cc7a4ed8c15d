// redis-operator-bridge: see bridge.h.

#include <cstdio>
#include <cstdlib>

#include "common/base/status.h"
#include "common/obs/log.h"
#include "common/rpc/signals.h"
#include "services/k8s-bridge/bridge.h"
#include "services/k8s-bridge/options.h"

namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "redis-operator-bridge: %s\n", redisop::MessageOf(status).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  redisop::BridgeOptions options;
  if (std::optional<int> exit_code = redisop::ParseOptions(argc, argv, options)) {
    return *exit_code;
  }
  if (absl::Status status = redisop::Validate(options); !status.ok()) {
    return Fail(status);
  }
  const absl::Status log =
      redisop::StartLog({.format = *redisop::ParseLogFormat(options.log_format),
                         .level = *redisop::ParseLogLevel(options.log_level)});
  if (!log.ok()) {
    return Fail(log);
  }
  redisop::TerminationSignals signals;  // before any thread is started
  absl::StatusOr<std::unique_ptr<redisop::Bridge>> bridge = redisop::Bridge::Make(options);
  if (!bridge.ok()) {
    return Fail(bridge.status());
  }
  const absl::Status status = (*bridge)->Run(signals);
  if (absl::IsAborted(status)) {
    // Another one leads: nothing may be finished any more, not even in an orderly way.
    std::_Exit(Fail(status));
  }
  return status.ok() ? 0 : Fail(status);
}
