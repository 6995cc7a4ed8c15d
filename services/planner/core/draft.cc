#include "services/planner/core/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "services/planner/core/estimate.h"
#include "services/planner/core/safety.h"
#include "services/planner/core/step.h"

namespace redisop {
namespace {

std::string IdOf(size_t step) { return "s" + std::to_string(step + 1); }

}  // namespace

Draft::Draft(const ClusterSpec& wish, ClusterSnapshot observed, const Policy& limits)
    : spec(wish),
      policy(limits),
      now_(std::move(observed)),
      goal(DecideGoal(now_, shape(), wish, limits)) {
  for (const Goal::Appointment& appointment : goal.appointed) {
    Appoint(appointment.primary, appointment.shard);
  }
}

const Shape& Draft::shape() {
  if (!shape_.has_value() || shape_version_ != now_.shape_version()) {
    shape_.emplace(ShapeOf(now_));
    shape_version_ = now_.shape_version();
  }
  return *shape_;
}

bool Draft::Propose(StepKind kind, Reason reason) {
  Step step;
  step.kind = std::move(kind);
  step.reason = reason.finding;
  step.because = std::move(reason.because);
  step.size = SizeOf(step.kind, now_);
  step.preconditions = PreconditionsOf(step.kind);
  step.effect = EffectOf(step.kind);
  step.estimated_seconds = SecondsFor(step.kind, step.size, policy);
  if (std::optional<Refusal> refusal = WhyNot(step.kind, now_, spec, policy)) {
    plan_.blocked.push_back(
        {refusal->code, std::move(refusal->text), std::move(step), reason.finding});
    return false;
  }
  step.id = IdOf(next_number());
  for (const size_t earlier : dependencies_.Add(step.kind, now_, reason.after)) {
    step.depends_on.push_back(IdOf(earlier));
  }
  Apply(step.kind, now_);
  plan_.steps.push_back(std::move(step));
  return true;
}

void Draft::Appoint(const NodeId& id, const std::string& shard) {
  now_.Change(id, [&](Node& node) { node.shard = shard; });
  now_.Appoint(id);
}

void Draft::Block(BlockedCode code, std::string text, FindingCode finding) {
  plan_.blocked.push_back({code, std::move(text), std::nullopt, finding});
}

}  // namespace redisop
