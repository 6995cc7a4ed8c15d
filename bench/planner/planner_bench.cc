// What the planner costs: time and memory of planning at several sizes, then the service.
//
//   planner_bench [SHARDS...]    default 10 100 333 1000, three nodes each; the service is asked
//                                about the largest

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "bench/planner/planning.h"
#include "bench/planner/service_load.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop::bench {
namespace {

constexpr int kShardsMax = 1000;
constexpr int kTimes = 30;
constexpr int kCallers = 200;
constexpr absl::Duration kLoadLength = absl::Seconds(20);

void PrintPlanning(const std::vector<int>& sizes) {
  fmt::print("| shards | task | steps | blocked | slots moved | ms | worst ms | MiB |\n");
  fmt::print("|---|---|---|---|---|---|---|---|\n");
  for (const int shards : sizes) {
    for (const Task& task : TasksOf(shards)) {
      const PlanningCost cost = MeasurePlanning(task);
      fmt::print("| {} | {} | {} | {} | {} | {:.2f} | {:.2f} | {:.1f} |\n", shards, task.name,
                 cost.steps, cost.blocked, cost.slots_moved, cost.milliseconds,
                 cost.milliseconds_worst, cost.mebibytes);
      std::fflush(stdout);
    }
  }
}

void Print(std::string_view what, const Latency& latency) {
  fmt::print("| {} | {} | {} | {} | {:.1f} | {:.1f} |\n", what, latency.answers, latency.refusals,
             latency.failures, latency.median_milliseconds, latency.worst_milliseconds);
  std::fflush(stdout);
}

absl::Status MeasureService(int shards) {
  const Task healthy = Healthy(shards);
  ASSIGN_OR_RETURN(const std::unique_ptr<PlannerProcess> planner, PlannerProcess::Start());
  fmt::print("\n{} nodes, healthy\n\n", healthy.snapshot.nodes.size());
  fmt::print("| calls | answered | told to wait | failed | median ms | worst ms |\n");
  fmt::print("|---|---|---|---|---|---|\n");
  Print("one after the other", AskInTurn(*planner, healthy, kTimes));
  const LoadReport load = AskTogether(*planner, healthy, kCallers, kLoadLength);
  Print(fmt::format("{} callers for {}", kCallers, absl::FormatDuration(kLoadLength)), load.plans);
  Print("health meanwhile", load.health);
  fmt::print("\nmemory of the planner: {:.0f} MiB before, at most {:.0f} MiB\n", load.before.now,
             load.after.peak);
  return absl::OkStatus();
}

int Run(const std::vector<int>& sizes) {
  PrintPlanning(sizes);
  const absl::Status status = MeasureService(*std::max_element(sizes.begin(), sizes.end()));
  if (!status.ok()) {
    fmt::print(stderr, "{}\n", ToString(status));
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace redisop::bench

int main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int i = 1; i < argc; ++i) {
    sizes.push_back(std::atoi(argv[i]));
  }
  if (std::any_of(sizes.begin(), sizes.end(),
                  [](int shards) { return shards < 1 || shards > redisop::bench::kShardsMax; })) {
    fmt::print(stderr, "usage: planner_bench [SHARDS...]   numbers from 1 to 1000\n");
    return 2;
  }
  return redisop::bench::Run(sizes.empty() ? std::vector<int>{10, 100, 333, 1000} : sizes);
}
