#include "services/k8s-bridge/controller/pipeline.h"

namespace redisop {

// The operator in one screen: what happens to a cluster in one pass, in this order.
// docs/architecture.md lists the same names; pipeline_test.cc compares the two.
const std::vector<Stage> kPipeline = {
    {"load_cluster", LoadCluster},      // the resource, its pods; paused? leaving? invalid?
    {"ensure_objects", EnsureObjects},  // services, configuration, budgets
    {"observe_nodes", ObserveNodes},    // one snapshot, with what could not be seen
    {"compute_plan", ComputePlan},      // ask the planner, or go on with the plan that runs
    {"admit_plan", AdmitPlan},          // prove each step again, independently, on this snapshot
    {"execute_steps", ExecuteSteps},    // start or follow what may run now
    {"update_status", UpdateStatus},    // always, whatever happened above
};

namespace {

// Redis changes without Kubernetes noticing: every cluster is looked at this often.
constexpr absl::Duration kResync = absl::Seconds(60);

StageResult RunStage(const Stage& stage, Pass& pass) {
  const absl::Duration begin = pass.context.clock.Monotonic();
  StageResult result = stage.run(pass);
  pass.context.metrics.StageTook(stage.name, pass.context.clock.Monotonic() - begin);
  return result;
}

}  // namespace

absl::Duration RunPass(const BridgeContext& context, const std::string& key,
                       ClusterMemory& memory) {
  Pass pass(context, key, memory);
  for (size_t i = 0; i + 1 < kPipeline.size(); ++i) {
    const StageResult result = RunStage(kPipeline[i], pass);
    if (result.kind != StageResult::Kind::kContinue) {
      pass.log.Debug("Ended pass early", {{"stage", kPipeline[i].name}, {"reason", result.reason}});
      pass.ComeBackAfter(result.after);
      break;
    }
  }
  if (!pass.cluster.has_value()) {
    return absl::InfiniteDuration();
  }
  const StageResult status = RunStage(kPipeline.back(), pass);
  pass.ComeBackAfter(status.after);
  return std::min(kResync, pass.come_back_after);
}

}  // namespace redisop
