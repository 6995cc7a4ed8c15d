#include "services/k8s-bridge/controller/pass.h"

#include <fmt/format.h>

#include "common/base/status.h"

namespace redisop {

Pass::Pass(const BridgeContext& context_in, const std::string& key_in, ClusterMemory& memory_in)
    : context(context_in),
      key(key_in),
      memory(memory_in),
      log(Logger("reconcile")
              .With({{"redisCluster", key_in},
                     {"reconcileID", fmt::format("{:x}", absl::ToInt64Microseconds(
                                                             context_in.clock.Monotonic()))}})) {}

void Pass::Event(EventType type, std::string_view reason, std::string_view action,
                 std::string_view note) const {
  const ObjectReference about{.api_version = kRedisClusters.ApiVersion(),
                              .kind = std::string(kRedisClusters.kind),
                              .namespace_name = cluster->meta.namespace_name,
                              .name = cluster->meta.name,
                              .uid = cluster->meta.uid};
  context.events.Record(about, type, reason, action, note);
}

void Pass::Problem(std::string_view what, const absl::Status& status) {
  log.Warn("Stage had a problem", {{"what", what}, {"err", status}});
  if (problem.empty()) {
    problem = fmt::format("{}: {}", what, MessageOf(status));
  }
}

}  // namespace redisop
