#include "services/k8s-bridge/controller/execution_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace redisop {
namespace {

constexpr absl::Duration kBackOffBase = absl::Milliseconds(200);
constexpr absl::Duration kBackOffMax = absl::Seconds(5);
constexpr size_t kNamesMax = 8;

// How the end of all steps of a kind is told. Kinds without a reason are means to the others.
struct Story {
  std::string_view reason;
  std::string_view sentence;  // {0} number of steps, {1} slots, {2} keys, {3} names
};

std::optional<Story> StoryOf(const StepKind& kind) {
  if (std::holds_alternative<CreatePod>(kind)) {
    return Story{"PodsCreated", "Created {0} pods: {3}"};
  }
  if (std::holds_alternative<DeletePod>(kind)) {
    return Story{"PodsDeleted", "Deleted {0} pods: {3}"};
  }
  if (std::holds_alternative<MigrateSlots>(kind)) {
    return Story{"SlotsMoved", "Moved {1} slots with {2} keys in {0} migrations"};
  }
  if (std::holds_alternative<AssignSlots>(kind)) {
    return Story{"SlotsAssigned", "Assigned {1} slots to {0} primaries"};
  }
  if (std::holds_alternative<AttachReplica>(kind)) {
    return Story{"ReplicasAttached", "Attached {0} replicas"};
  }
  if (std::holds_alternative<TakeOver>(kind)) {
    return Story{"ReplicaTookOver", "{0} replicas took over without votes"};
  }
  return std::nullopt;
}

std::string PodOf(const StepKind& kind) {
  if (const auto* step = std::get_if<CreatePod>(&kind)) {
    return step->pod;
  }
  if (const auto* step = std::get_if<DeletePod>(&kind)) {
    return step->pod;
  }
  return "";
}

uint64_t KeysMoved(const StepRun& run) {
  uint64_t keys = 0;
  for (const auto& [id, report] : run.reports) {
    keys += report.keys_moved;
  }
  return keys;
}

void TellKindIsDone(Pass& pass, const StepRun& last) {
  const std::optional<Story> story = StoryOf(last.step.kind);
  if (!story.has_value()) {
    return;
  }
  int steps = 0;
  int slots = 0;
  uint64_t keys = 0;
  std::string names;
  for (const StepRun& run : pass.memory.execution->runs()) {
    if (run.step.kind.index() != last.step.kind.index()) {
      continue;
    }
    if (run.status != StepStatus::kDone) {
      return;
    }
    ++steps;
    slots += run.step.size.slots;
    keys += KeysMoved(run);
    if (static_cast<size_t>(steps) <= kNamesMax) {
      names += (names.empty() ? "" : ", ") + PodOf(run.step.kind);
    } else if (static_cast<size_t>(steps) == kNamesMax + 1) {
      names += ", …";
    }
  }
  pass.Event(EventType::kNormal, story->reason, PlanAction(pass.memory.execution->plan()),
             fmt::format(fmt::runtime(story->sentence), steps, slots, keys, names));
}

// Slots given to an empty primary because every copy was gone.
void TellOfRecreatedShard(Pass& pass, const StepRun& run) {
  const auto* step = std::get_if<AssignSlots>(&run.step.kind);
  if (step == nullptr || !pass.memory.formed_at_begin) {
    return;
  }
  const Node* node = pass.snapshot.Find(step->node_id);
  pass.Event(EventType::kWarning, "ShardRecreated", PlanAction(pass.memory.execution->plan()),
             fmt::format("Shard {} was created anew, empty: {} slots had no copy left",
                         node == nullptr ? "?" : node->shard, step->slots.size()));
}

}  // namespace

std::string PlanAction(const Plan& plan) {
  const size_t colon = plan.digest.find(':');
  return "ExecutePlan-" + plan.digest.substr(colon == std::string::npos ? 0 : colon + 1, 8);
}

namespace {

void ReportStepEnd(Pass& pass, const StepRun& run) {
  const bool done = run.status == StepStatus::kDone;
  pass.context.metrics.StepEnded(run.step.kind, done);
  const absl::Duration took = pass.context.clock.Monotonic() - run.started_at;
  if (!done) {
    pass.log.Warn("Step failed", {{"step", Describe(run.resolved)}, {"why", run.failure}});
    pass.memory.last_failure = fmt::format("{}: {}", Describe(run.resolved), run.failure);
    pass.Event(EventType::kWarning, "StepFailed", PlanAction(pass.memory.execution->plan()),
               pass.memory.last_failure);
    return;
  }
  pass.log.Info("Step done", {{"step", Describe(run.resolved)}, {"seconds", took}});
  if (const auto* step = std::get_if<MigrateSlots>(&run.step.kind)) {
    pass.context.metrics.SlotsMigrated(step->slots.size(), KeysMoved(run));
  }
  TellOfRecreatedShard(pass, run);
}

}  // namespace

void ReportStepEnds(Pass& pass, const std::vector<const StepRun*>& ended) {
  std::set<size_t> kinds;
  for (const StepRun* run : ended) {
    ReportStepEnd(pass, *run);
    if (kinds.insert(run->step.kind.index()).second) {
      TellKindIsDone(pass, *run);
    }
  }
}

void EndExecution(Pass& pass) {
  const std::unique_ptr<PlanExecution> ended = std::move(pass.memory.execution);
  const absl::Duration now = pass.context.clock.Monotonic();
  pass.memory.stalled_since.reset();
  pass.log.Info("Ended plan", {{"plan", ended->plan().digest},
                               {"steps", ended->runs().size()},
                               {"done", ended->StepsDone()},
                               {"seconds", now - ended->started_at()}});
  if (ended->Finished()) {
    pass.memory.failures = 0;
    pass.memory.last_failure.clear();
    pass.Event(EventType::kNormal, "PlanDone", PlanAction(ended->plan()),
               fmt::format("Carried out {} steps in {:.1f} s", ended->runs().size(),
                           absl::ToDoubleSeconds(now - ended->started_at())));
    return;
  }
  if (ended->HasFailed()) {
    const absl::Duration wait =
        std::min(kBackOffMax, kBackOffBase * (1 << std::min(pass.memory.failures, 8)));
    ++pass.memory.failures;
    pass.memory.plan_not_before = now + wait;
    pass.ComeBackAfter(wait);
  }
}

}  // namespace redisop
