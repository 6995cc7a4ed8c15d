#include "services/planner/core/invariants.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "common/base/status.h"
#include "services/planner/core/step.h"

namespace redisop {
namespace {

// Replicas in sync by primary, where it owns slots.
std::map<NodeId, int> InSync(const WorkingSnapshot& snapshot) {
  std::map<NodeId, int> count;
  for (const auto& [id, node] : snapshot.nodes()) {
    const Node* primary = snapshot.Find(node.primary_id);
    if (node.role == Role::kReplica && node.link == Link::kInSync && !node.unobserved &&
        node.health != Health::kFailed && primary != nullptr && !primary->slots.empty() &&
        !snapshot.IsForgotten(id)) {
      ++count[primary->id];
    }
  }
  return count;
}

class Watch {
 public:
  // `floor`: replicas in sync afterwards, by the primary of then.
  Watch(const ClusterSnapshot& snapshot, std::map<NodeId, int> floor)
      : now_(snapshot), owned_(OwnedNow()), floor_(std::move(floor)) {}

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
    const std::map<NodeId, int> in_sync = InSync(now_);
    Apply(step.kind, now_);
    LookAtOwners(step);
    LookAtReplicas(step, in_sync);
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
  Owned OwnedNow() const {
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
      Once(step, migrate->source_id + " " + migrate->target_id);
    }
    if (const auto* close = std::get_if<CloseOpenSlot>(&step.kind)) {
      moved_.Add(close->resolution == CloseOpenSlot::Resolution::kFinish ? close->slots
                                                                         : SlotSet());
    }
    if (const auto* create = std::get_if<CreatePod>(&step.kind)) {
      Once(step, create->pod);
    }
    if (const auto* deletion = std::get_if<DeletePod>(&step.kind)) {
      const NodeId& name = deletion->node_id.empty() ? deletion->pod : deletion->node_id;
      Once(step, name);
      LookAtLoss(step, name);
    }
    if (const auto* forget = std::get_if<ForgetNode>(&step.kind)) {
      Once(step, forget->node_id);
      LookAtLoss(step, forget->node_id);
    }
    if (const auto* reset = std::get_if<ResetEmptyNode>(&step.kind)) {
      Once(step, reset->node_id);
      LookAtLoss(step, reset->node_id);
    }
    if (const auto* attach = std::get_if<AttachReplica>(&step.kind)) {
      // It may fill a gap at once and be better placed in another shard later.
      Once(step, attach->replica_id + " " + attach->primary_id);
      LookAtLoss(step, attach->replica_id);
    }
    if (const auto* promote = std::get_if<PromoteReplica>(&step.kind)) {
      Once(step, promote->replica_id);
      const auto found = floor_.find(promote->replica_id);
      if (found == floor_.end() && floor_.contains(promote->primary_id)) {
        floor_[promote->replica_id] = floor_[promote->primary_id];
      }
    }
  }

  // What would make the steps of a plan more than a few for each node.
  void Once(const Step& step, const std::string& what) {
    Expect(done_.insert(std::string(KindName(step.kind)) + " " + what).second, step,
           "the plan does it twice");
  }

  // The node's own data is given up.
  void LookAtLoss(const Step& step, const NodeId& name) {
    const Node* node = now_.Find(name);
    if (node == nullptr || (node->pod.empty() && node->health == Health::kFailed)) {
      return;
    }
    Expect(node->slots.empty(), step, "it owns slots");
    Expect(node->role == Role::kReplica || node->keys == 0, step, "it holds keys of its own");
    if (node->role == Role::kReplica) {
      const Node* primary = now_.Find(node->primary_id);
      // What had slots once and is not known any more had the slots that nobody owns now; who has
      // none now has no data.
      const bool kept =
          primary == nullptr
              ? owned_.once.size() == kSlotCount
              : primary->health != Health::kFailed ||
                    (std::holds_alternative<AttachReplica>(step.kind) && primary->slots.empty());
      Expect(kept, step, "it may hold the last copy");
    }
  }

  void LookAtOwners(const Step& step) {
    const Owned then = std::exchange(owned_, OwnedNow());
    const SlotSet lost = then.once - owned_.once;
    const bool gives_up = std::holds_alternative<ForgetNode>(step.kind);
    Expect(lost.empty() || gives_up, step,
           fmt::format("nobody owns slots {} any more", lost.ToString()));
    const SlotSet shared = owned_.twice - then.twice;
    Expect(shared.empty(), step, fmt::format("slots {} have two owners", shared.ToString()));
    for (const auto& [id, node] : now_.nodes()) {
      Expect(node.role == Role::kPrimary || node.slots.empty(), step,
             fmt::format("the replica {} owns slots", ShortId(id)));
    }
  }

  void LookAtReplicas(const Step& step, const std::map<NodeId, int>& before) {
    const std::map<NodeId, int> after = InSync(now_);
    const bool moves = std::holds_alternative<AttachReplica>(step.kind);
    for (const auto& [primary, count] : before) {
      const auto found = after.find(primary);
      const int left = found == after.end() ? 0 : found->second;
      const Node* node = now_.Find(primary);
      if (left >= count || node == nullptr || node->slots.empty()) {
        continue;
      }
      const auto floor = floor_.find(primary);
      const int wanted = floor == floor_.end() ? 0 : floor->second;
      Expect(left >= (moves ? std::min(1, wanted) : wanted), step,
             fmt::format("{} keeps {} replicas in sync of {}", ShortId(primary), left, wanted));
    }
  }

  WorkingSnapshot now_;
  Owned owned_;
  std::map<NodeId, int> floor_;
  std::vector<std::string> broken_;
  std::set<std::string> ids_;
  std::set<std::string> done_;
  SlotSet moved_;
  std::set<NodeId> sources_;
  std::set<NodeId> targets_;
};

// Always the last step of those that may start.
std::vector<const Step*> LastFirst(const Plan& plan) {
  std::vector<const Step*> order;
  std::set<std::string> done;
  while (order.size() < plan.steps.size()) {
    const auto next = std::find_if(plan.steps.rbegin(), plan.steps.rend(), [&](const Step& step) {
      return !done.contains(step.id) &&
             std::all_of(step.depends_on.begin(), step.depends_on.end(),
                         [&](const std::string& id) { return done.contains(id); });
    });
    if (next == plan.steps.rend()) {
      break;
    }
    done.insert(next->id);
    order.push_back(&*next);
  }
  return order;
}

}  // namespace

std::vector<std::string> BrokenInvariants(const ClusterSnapshot& snapshot, const Plan& plan) {
  WorkingSnapshot end(snapshot);
  for (const Step& step : plan.steps) {
    Apply(step.kind, end);
  }
  const std::map<NodeId, int> floor = InSync(end);
  Watch in_order(snapshot, floor);
  for (const Step& step : plan.steps) {
    in_order.Take(step);
  }
  std::vector<std::string> broken = std::move(in_order).broken();
  Watch reversed(snapshot, floor);
  for (const Step* step : LastFirst(plan)) {
    reversed.Take(*step);
  }
  for (std::string& line : std::move(reversed).broken()) {
    broken.push_back("last steps first: " + std::move(line));
  }
  return broken;
}

}  // namespace redisop
