#include "services/planner/core/estimate.h"

#include <algorithm>
#include <cmath>

#include "services/planner/core/load.h"
#include "services/planner/core/name_table.h"

namespace redisop {
namespace {

// One full synchronisation between two machines of a usual network.
constexpr double kReplicationBytesPerSecond = 100e6;
// Opening and closing one slot, shared by the slots of a window.
constexpr double kSecondsPerSlot = 0.0001;

struct SecondsVisitor {
  const StepSize& size;
  const Policy& policy;

  double operator()(const CreatePod&) const { return 2; }
  double operator()(const DeletePod&) const { return 1; }
  double operator()(const MeetNodes&) const { return 0.5; }
  double operator()(const SetConfigEpoch&) const { return 0.01; }
  double operator()(const AssignSlots&) const { return 0.02; }
  double operator()(const AttachReplica&) const {
    return 0.3 + static_cast<double>(size.bytes) / kReplicationBytesPerSecond;
  }
  double operator()(const MigrateSlots&) const { return Moving(); }
  double operator()(const CloseOpenSlot&) const { return Moving(); }
  double operator()(const PromoteReplica&) const { return 0.1; }
  double operator()(const TakeOver&) const { return 0.1; }
  double operator()(const ForgetNode&) const { return 0.2; }
  double operator()(const ResetEmptyNode&) const { return 0.1; }
  double operator()(const CopyFunctions&) const { return 0.1; }
  double operator()(const SetConfig&) const { return 0.1; }

  double Moving() const {
    return 0.05 + kSecondsPerSlot * size.slots +
           static_cast<double>(size.keys) / policy.keys_per_second;
  }
};

StepSize LoadAt(const WorkingSnapshot& before, const NodeId& id, const SlotSet& slots) {
  const Node* node = before.Find(id);
  return node == nullptr ? StepSize{slots.size(), 0, 0} : LoadOf(*node, slots & node->slots);
}

}  // namespace

StepSize SizeOf(const StepKind& kind, const WorkingSnapshot& before) {
  if (const auto* migrate = std::get_if<MigrateSlots>(&kind)) {
    return LoadAt(before, migrate->source_id, migrate->slots);
  }
  if (const auto* close = std::get_if<CloseOpenSlot>(&kind)) {
    return close->resolution == CloseOpenSlot::Resolution::kFinish
               ? LoadAt(before, close->owner_id, close->slots)
               : StepSize{};
  }
  if (const auto* assign = std::get_if<AssignSlots>(&kind)) {
    return {assign->slots.size(), 0, 0};
  }
  if (const auto* attach = std::get_if<AttachReplica>(&kind)) {
    const Node* primary = before.Find(attach->primary_id);
    return primary == nullptr ? StepSize{} : StepSize{0, primary->keys, primary->used_memory_bytes};
  }
  return {};
}

double SecondsFor(const StepKind& kind, const StepSize& size, const Policy& policy) {
  // Rounded, so that the text of a plan doesn't depend on the last bit of a division.
  return std::round(std::visit(SecondsVisitor{size, policy}, kind) * 1000) / 1000;
}

double MakespanOf(const std::vector<Step>& steps) {
  NameViewMap<double> ends;
  ends.reserve(steps.size());
  double last = 0;
  for (const Step& step : steps) {
    double start = 0;
    for (const std::string& id : step.depends_on) {
      start = std::max(start, ends[id]);
    }
    ends[step.id] = start + step.estimated_seconds;
    last = std::max(last, ends[step.id]);
  }
  return std::round(last * 1000) / 1000;
}

}  // namespace redisop
