#include "services/planner/core/invariants.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "common/base/status.h"
#include "services/planner/core/step.h"

namespace redisop {
namespace {

class Watch {
 public:
  explicit Watch(const ClusterSnapshot& snapshot) : now_(snapshot), owned_(LookAtOwners()) {}

  void Take(const Step& step) {
    for (const std::string& id : step.depends_on) {
      Expect(ids_.contains(id), step, fmt::format("depends on {}, which does not come before", id));
    }
    Expect(ids_.insert(step.id).second, step, "its id is taken");
    if (IsDone(step.kind, now_)) {
      return;
    }
    const absl::Status valid = StillValid(step.kind, now_);
    Expect(valid.ok(), step, MessageOf(valid));
    LookBefore(step);
    Apply(step.kind, now_);
    LookAfter(step);
  }

  std::vector<std::string> broken() && { return std::move(broken_); }

 private:
  void Expect(bool holds, const Step& step, std::string_view what) {
    if (!holds) {
      broken_.push_back(fmt::format("{} {}: {}", step.id, Describe(step.kind), what));
    }
  }

  struct Owned {
    SlotSet once;   // by one node or more
    SlotSet twice;  // by two or more
  };
  Owned LookAtOwners() const {
    Owned owned;
    for (const auto& [id, node] : now_.nodes()) {
      owned.twice.Add(owned.once & node.slots);
      owned.once.Add(node.slots);
    }
    return owned;
  }

  void LookBefore(const Step& step) {
    if (const auto* migrate = std::get_if<MigrateSlots>(&step.kind)) {
      Expect(!moved_.Overlaps(migrate->slots), step, "a slot moves twice");
      moved_.Add(migrate->slots);
      sources_.insert(migrate->source_id);
      targets_.insert(migrate->target_id);
      Expect(!targets_.contains(migrate->source_id) && !sources_.contains(migrate->target_id), step,
             "a node is both source and target");
    }
    if (const auto* close = std::get_if<CloseOpenSlot>(&step.kind)) {
      moved_.Add(close->resolution == CloseOpenSlot::Resolution::kFinish ? close->slots
                                                                         : SlotSet());
    }
    if (const auto* deletion = std::get_if<DeletePod>(&step.kind)) {
      LookAtRemoval(step, deletion->node_id.empty() ? deletion->pod : deletion->node_id);
    }
    if (const auto* forget = std::get_if<ForgetNode>(&step.kind)) {
      LookAtRemoval(step, forget->node_id);
    }
  }

  void LookAtRemoval(const Step& step, const NodeId& name) {
    const Node* node = now_.Find(name);
    if (node == nullptr || (node->pod.empty() && node->health == Health::kFailed)) {
      return;
    }
    Expect(node->slots.empty(), step, "it owns slots");
    if (node->role == Role::kReplica) {
      const Node* primary = now_.Find(node->primary_id);
      Expect(primary != nullptr && primary->health != Health::kFailed, step,
             "it may hold the last copy");
    }
  }

  void LookAfter(const Step& step) {
    const Owned then = std::exchange(owned_, LookAtOwners());
    const SlotSet lost = then.once - owned_.once;
    const bool gives_up = std::holds_alternative<ForgetNode>(step.kind);
    Expect(lost.empty() || gives_up, step,
           fmt::format("nobody owns slots {} any more", lost.ToString()));
    const SlotSet shared = owned_.twice - then.twice;
    Expect(shared.empty(), step, fmt::format("slots {} have two owners", shared.ToString()));
  }

  WorkingSnapshot now_;
  Owned owned_;
  std::vector<std::string> broken_;
  std::set<std::string> ids_;
  SlotSet moved_;
  std::set<NodeId> sources_;
  std::set<NodeId> targets_;
};

}  // namespace

std::vector<std::string> BrokenInvariants(const ClusterSnapshot& snapshot, const Plan& plan) {
  Watch watch(snapshot);
  for (const Step& step : plan.steps) {
    watch.Take(step);
  }
  return std::move(watch).broken();
}

}  // namespace redisop
