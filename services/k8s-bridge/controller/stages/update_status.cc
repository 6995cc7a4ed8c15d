// Says how things are: conditions, members, plan, role labels, events. Runs in every pass, and
// writes only what changed.

#include <fmt/format.h>

#include "common/base/status.h"
#include "nlohmann/json.hpp"
#include "services/k8s-bridge/controller/changes.h"
#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/controller/role_labels.h"
#include "services/k8s-bridge/controller/situation.h"
#include "services/k8s-bridge/controller/stage.h"
#include "services/k8s-bridge/desired/object_metadata.h"
#include "services/k8s-bridge/status/status_json.h"

namespace redisop {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(10);
constexpr absl::Duration kProgressInterval = absl::Seconds(1);

// The newest stored status: the cache's, or our own last write if the cache has not seen it yet.
void LoadStored(Pass& pass) {
  ClusterMemory& memory = pass.memory;
  const ObjectMeta& meta = pass.cluster->meta;
  if (memory.stored_version.empty() ||
      CompareResourceVersions(meta.resource_version, memory.stored_version) >= 0) {
    memory.stored_status = pass.cluster->status;
    memory.stored_version = meta.resource_version;
  }
}

void WriteStatus(Pass& pass, const std::string& status) {
  const ObjectMeta& meta = pass.cluster->meta;
  const nlohmann::json object = {{"apiVersion", kRedisClusters.ApiVersion()},
                                 {"kind", kRedisClusters.kind},
                                 {"metadata",
                                  {{"name", meta.name},
                                   {"namespace", meta.namespace_name},
                                   {"uid", meta.uid},
                                   {"resourceVersion", pass.memory.stored_version}}},
                                 {"status", nlohmann::json::parse(status)}};
  const absl::StatusOr<KubeObject> written =
      pass.context.kube.Update(Named(kRedisClusters, meta.namespace_name, meta.name, "status"),
                               object.dump(), kWriteTimeout);
  if (written.ok()) {
    pass.memory.stored_status = status;
    pass.memory.stored_version = written->meta.resource_version;
    pass.memory.status_written_at = pass.context.clock.Monotonic();
    return;
  }
  // Somebody changed the object since it was read: the change wakes the cluster.
  pass.memory.stored_version.clear();
  if (written.status().code() != absl::StatusCode::kNotFound) {
    pass.ComeBackAfter(written.status().code() == absl::StatusCode::kAborted
                           ? absl::Milliseconds(20)
                           : absl::Seconds(1));
  }
}

std::string SelectorText(const RedisCluster& cluster) {
  std::string text;
  for (const auto& [key, value] : SelectorLabels(cluster)) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  }
  return text;
}

}  // namespace

StageResult UpdateStatus(Pass& pass) {
  LoadStored(pass);
  const Situation now = SituationOf(pass);
  const std::vector<Condition> before = ReadConditions(pass.memory.stored_status);
  const std::vector<Condition> after = ComputeConditions(now, before, pass.context.clock.Now());
  pass.context.board.Publish(pass.key, ReportOf(pass, after));
  if (pass.leaving) {
    return StageResult::Continue();
  }
  if (pass.observed) {
    pass.context.metrics.SlotsUncovered(pass.key, kSlotCount - ServedSlots(now.snapshot).size());
  }
  TellChanges(pass, before, after);
  // What is not known now stays as it was written: only the conditions say that it is old.
  const std::string next =
      pass.observed ? RenderStatus(now, after, pass.cluster->meta.uid, SelectorText(*pass.cluster))
                    : ReplaceConditions(pass.memory.stored_status, now, after);
  const absl::Duration delay =
      WriteDelay(pass.memory.stored_status, next,
                 pass.context.clock.Monotonic() - pass.memory.status_written_at, kProgressInterval);
  if (delay <= absl::ZeroDuration()) {
    WriteStatus(pass, next);
  } else {
    pass.ComeBackAfter(delay);
  }
  LabelRoles(pass);
  return StageResult::Continue();
}

}  // namespace redisop
