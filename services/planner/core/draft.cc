#include "services/planner/core/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "services/planner/core/estimate.h"
#include "services/planner/core/safety.h"
#include "services/planner/core/step.h"

namespace redisop {

Draft::Draft(const ClusterSpec& wish, const ClusterSnapshot& observed, const Policy& limits)
    : Draft(wish, WorkingSnapshot(observed), limits) {}

Draft::Draft(const ClusterSpec& wish, WorkingSnapshot now, const Policy& limits)
    : spec(wish),
      policy(limits),
      goal(DecideGoal(now, ShapeOf(now), wish, limits)),
      now_(std::move(now)) {
  for (const Goal::Appointment& appointment : goal.appointed) {
    Appoint(appointment.primary, appointment.shard);
  }
}

const Shape& Draft::shape() {
  if (!shape_.has_value()) {
    shape_ = ShapeOf(now_);
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
  const size_t number = next_number();
  step.id = fmt::format("s{}", number + 1);
  for (const size_t earlier : dependencies_.Add(number, step.kind, now_, std::move(reason.after))) {
    step.depends_on.push_back(fmt::format("s{}", earlier + 1));
  }
  Apply(step.kind, now_);
  shape_.reset();
  plan_.steps.push_back(std::move(step));
  return true;
}

void Draft::Appoint(const NodeId& id, const std::string& shard) {
  now_.Find(id)->shard = shard;
  now_.Appoint(id);
  shape_.reset();
}

void Draft::Block(BlockedCode code, std::string text, FindingCode finding) {
  plan_.blocked.push_back({code, std::move(text), std::nullopt, finding});
}

}  // namespace redisop
