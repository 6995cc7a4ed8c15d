#include <fmt/format.h>

#include <algorithm>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/planner/core/step.h"

namespace redisop {
namespace {

absl::Status Wait(std::string_view why) { return MakeStatus(absl::StatusCode::kUnavailable, why); }

absl::Status No(std::string_view why) {
  return MakeStatus(absl::StatusCode::kFailedPrecondition, why);
}

struct ValidVisitor {
  const WorkingSnapshot& now;

  absl::Status Need(const NodeId& name) const {
    const Node* node = now.Find(name);
    if (node == nullptr) {
      return Wait(fmt::format("{} is not there yet, or no more", ShortId(name)));
    }
    if (node->unobserved) {
      return Wait(fmt::format("{} did not answer", ShortId(name)));
    }
    return absl::OkStatus();
  }
  absl::Status NeedPrimary(const NodeId& name) const {
    RETURN_IF_ERROR(Need(name));
    if (now.Find(name)->role != Role::kPrimary) {
      return No(fmt::format("{} is no primary", ShortId(name)));
    }
    return absl::OkStatus();
  }
  // A node that still carries something that nobody else has.
  absl::Status NeedsNoMore(const Node& node) const {
    if (!node.slots.empty()) {
      return No(fmt::format("{} owns {} slots", ShortId(node.id), node.slots.size()));
    }
    if (node.role == Role::kPrimary && node.keys > 0) {
      return No(fmt::format("{} is a primary with {} keys", ShortId(node.id), node.keys));
    }
    if (node.role == Role::kReplica) {
      const Node* primary = now.Find(node.primary_id);
      if (primary == nullptr || primary->health == Health::kFailed || primary->unobserved) {
        return No(fmt::format("{} may hold the last copy: its primary {} is not there",
                              ShortId(node.id), ShortId(node.primary_id)));
      }
    }
    return absl::OkStatus();
  }

  absl::Status operator()(const CreatePod& s) const {
    return now.Find(s.pod) == nullptr && now.PodNameTaken(s.pod)
               ? Wait(fmt::format("the old pod {} is not gone yet", s.pod))
               : absl::OkStatus();
  }
  absl::Status operator()(const DeletePod& s) const {
    const Node* node = now.Find(s.node_id.empty() ? s.pod : s.node_id);
    return node == nullptr ? absl::OkStatus() : NeedsNoMore(*node);
  }
  absl::Status operator()(const MeetNodes& s) const {
    for (const NodeId& id : s.node_ids) {
      RETURN_IF_ERROR(Need(id));
    }
    return absl::OkStatus();
  }
  absl::Status operator()(const SetConfigEpoch& s) const {
    RETURN_IF_ERROR(Need(s.node_id));
    return now.Find(s.node_id)->alone
               ? absl::OkStatus()
               : No(fmt::format("{} knows other nodes already", ShortId(s.node_id)));
  }
  absl::Status operator()(const AssignSlots& s) const {
    RETURN_IF_ERROR(NeedPrimary(s.node_id));
    const Node* owner = now.Find(s.node_id);
    if (!now.OthersOwn(s.slots, *owner)) {
      return absl::OkStatus();
    }
    for (const auto& [id, node] : now.nodes()) {
      if (id != owner->id && node.slots.Overlaps(s.slots)) {
        return No(fmt::format("{} owns {}", ShortId(id), (node.slots & s.slots).ToString()));
      }
    }
    return absl::OkStatus();
  }
  absl::Status operator()(const AttachReplica& s) const {
    RETURN_IF_ERROR(Need(s.replica_id));
    RETURN_IF_ERROR(NeedPrimary(s.primary_id));
    const Node* replica = now.Find(s.replica_id);
    if (!replica->slots.empty() || (replica->role == Role::kPrimary && replica->keys > 0)) {
      return No(fmt::format("{} has {} slots and {} keys of its own", ShortId(s.replica_id),
                            replica->slots.size(), replica->keys));
    }
    return absl::OkStatus();
  }
  absl::Status operator()(const MigrateSlots& s) const {
    RETURN_IF_ERROR(NeedPrimary(s.source_id));
    RETURN_IF_ERROR(NeedPrimary(s.target_id));
    const SlotSet foreign = s.slots - now.Find(s.source_id)->slots - now.Find(s.target_id)->slots;
    if (!foreign.empty()) {
      return No(fmt::format("slots {} belong to neither {} nor {}", foreign.ToString(),
                            ShortId(s.source_id), ShortId(s.target_id)));
    }
    return absl::OkStatus();
  }
  absl::Status operator()(const CloseOpenSlot& s) const {
    RETURN_IF_ERROR(Need(s.owner_id));
    if (s.resolution == CloseOpenSlot::Resolution::kUndo) {
      return absl::OkStatus();
    }
    return (*this)(MigrateSlots{s.owner_id, s.target_id, s.slots});
  }
  absl::Status operator()(const PromoteReplica& s) const {
    RETURN_IF_ERROR(Need(s.replica_id));
    RETURN_IF_ERROR(Need(s.primary_id));
    const Node* replica = now.Find(s.replica_id);
    const Node* primary = now.Find(s.primary_id);
    if (replica->role != Role::kReplica || replica->primary_id != primary->id) {
      return No(
          fmt::format("{} is no replica of {}", ShortId(s.replica_id), ShortId(s.primary_id)));
    }
    if (replica->link != Link::kInSync || replica->loading) {
      return Wait(fmt::format("{} is not in sync", ShortId(s.replica_id)));
    }
    return absl::OkStatus();
  }
  absl::Status operator()(const TakeOver& s) const {
    RETURN_IF_ERROR(Need(s.replica_id));
    const Node* primary = now.Find(s.primary_id);
    return primary == nullptr || primary->health == Health::kFailed
               ? absl::OkStatus()
               : No(fmt::format("{} has not failed", ShortId(s.primary_id)));
  }
  absl::Status operator()(const ForgetNode& s) const {
    const Node* node = now.Find(s.node_id);
    if (node == nullptr) {
      return absl::OkStatus();
    }
    for (const Node* replica : now.ReplicasOf(node->id)) {
      if (!now.IsForgotten(replica->id)) {
        return No(fmt::format("{} still copies {}", ShortId(replica->id), ShortId(s.node_id)));
      }
    }
    const bool lost = node->pod.empty() && node->health == Health::kFailed;
    return lost ? absl::OkStatus() : NeedsNoMore(*node);
  }
  absl::Status operator()(const ResetEmptyNode& s) const {
    RETURN_IF_ERROR(Need(s.node_id));
    const Node* node = now.Find(s.node_id);
    return node->slots.empty() && node->keys == 0
               ? absl::OkStatus()
               : No(fmt::format("{} is not empty", ShortId(s.node_id)));
  }
  absl::Status operator()(const CopyFunctions& s) const {
    RETURN_IF_ERROR(Need(s.source_id));
    return NeedPrimary(s.target_id);
  }
  absl::Status operator()(const SetConfig& s) const { return (*this)(MeetNodes{s.node_ids}); }
};

}  // namespace

absl::Status StillValid(const StepKind& kind, const WorkingSnapshot& snapshot) {
  return std::visit(ValidVisitor{snapshot}, kind);
}

}  // namespace redisop
