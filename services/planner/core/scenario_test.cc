// Every file of testdata/ in the manner of tests as text: a cluster, a wish, the plan with reasons.
// Every scenario is also asked for the properties that all plans have.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "common/base/status.h"
#include "common/testing/data_driven.h"
#include "services/planner/core/drawing.h"
#include "services/planner/core/explain.h"
#include "services/planner/core/plan_properties.h"
#include "services/planner/core/planner.h"
#include "services/planner/core/simulate.h"

namespace redisop {
namespace {

int Number(const DataCase& c, const std::string& name, int otherwise) {
  return std::stoi(c.Argument(name, std::to_string(otherwise)));
}

// "0:2,1:0"
std::map<std::string, int> Weights(const std::string& text) {
  std::map<std::string, int> weights;
  std::istringstream entries(text);
  for (std::string entry; std::getline(entries, entry, ',');) {
    const size_t colon = entry.find(':');
    weights[entry.substr(0, colon)] = std::stoi(entry.substr(colon + 1));
  }
  return weights;
}

// The input is a line of numbers of primaries: a cluster is formed with the first and scaled to
// each of the others in turn.
std::string AnswerHistory(const DataCase& c) {
  std::istringstream numbers(c.input);
  ClusterSpec spec{.number_of_primaries = 0, .replication_factor = 0};
  ClusterSnapshot snapshot;
  std::string text;
  for (int next = 0; numbers >> next;) {
    const int before = std::exchange(spec.number_of_primaries, next);
    const Plan plan = ComputePlan(spec, snapshot, Policy());
    absl::StatusOr<ClusterSnapshot> after = Simulate(snapshot, plan, plan.steps.size());
    if (!after.ok() || !plan.blocked.empty()) {
      return plan.summary + "\n";
    }
    snapshot = *std::move(after);
    snapshot.formed = true;
    text +=
        fmt::format("{} → {}: {} slots moved (minimum {}), {} ranges\n", before, next,
                    plan.bounds.slots_moved, plan.bounds.slots_moved_minimum, plan.bounds.ranges);
  }
  return text;
}

std::string AnswerPlan(const DataCase& c) {
  absl::StatusOr<ClusterSnapshot> snapshot = ReadDrawing(c.input);
  if (!snapshot.ok()) {
    return ToString(snapshot.status()) + "\n";
  }
  snapshot->formed = c.arguments.contains("formed");
  ClusterSpec spec;
  spec.number_of_primaries = Number(c, "primaries", 3);
  spec.replication_factor = Number(c, "replicas", 1);
  spec.hosts = c.arguments.contains("hosts_required") ? Spread::kRequired : Spread::kPreferred;
  spec.zones = c.arguments.contains("zones_required") ? Spread::kRequired : Spread::kPreferred;
  if (c.arguments.contains("weights")) {
    spec.shard_weights = Weights(c.Argument("weights", ""));
  }
  spec.balance = c.Argument("balance", "") == "keys"     ? Balance::kKeys
                 : c.Argument("balance", "") == "memory" ? Balance::kMemory
                                                         : Balance::kSlots;
  Policy policy;
  policy.tolerance_percent = Number(c, "tolerance", 0);
  policy.max_parallel_migrations = Number(c, "parallel", 16);
  policy.memory_headroom_percent = Number(c, "headroom", 10);
  policy.recreate_lost_shards = c.arguments.contains("recreate");
  if (c.arguments.contains("allow_data_loss")) {
    policy.allow_data_loss = {c.Argument("allow_data_loss", "")};
  }
  for (const std::string& line : BrokenProperties(spec, *snapshot, policy)) {
    ADD_FAILURE() << c.position << ": " << line;
  }
  std::istringstream lines(Explain(ComputePlan(spec, *snapshot, policy)));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.rfind("Digest", 0) != 0) {
      text += line + "\n";
    }
  }
  return text;
}

std::string Answer(const DataCase& c) {
  return c.command == "plan"      ? AnswerPlan(c)
         : c.command == "history" ? AnswerHistory(c)
                                  : "unknown command\n";
}

TEST(PlannerScenarios, All) { RunDataDriven("core/testdata", Answer); }

}  // namespace
}  // namespace redisop
