#include "services/planner/core/safety.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "common/base/status.h"
#include "services/planner/core/shape.h"
#include "services/planner/core/step.h"

namespace redisop {
namespace {

// What a step that is no longer valid on the snapshot means for people.
BlockedCode CodeOfInvalid(const StepKind& kind) {
  if (std::holds_alternative<DeletePod>(kind) || std::holds_alternative<ForgetNode>(kind)) {
    return BlockedCode::kWouldLoseLastCopy;
  }
  if (std::holds_alternative<AssignSlots>(kind) || std::holds_alternative<MigrateSlots>(kind) ||
      std::holds_alternative<CloseOpenSlot>(kind)) {
    return BlockedCode::kSlotOwnerUnclear;
  }
  if (std::holds_alternative<AttachReplica>(kind) || std::holds_alternative<SetConfigEpoch>(kind) ||
      std::holds_alternative<ResetEmptyNode>(kind)) {
    return BlockedCode::kNodesNotEmpty;
  }
  if (std::holds_alternative<PromoteReplica>(kind)) {
    return BlockedCode::kNoReplicaInSync;
  }
  return BlockedCode::kMustWait;
}

// The nodes whose own answer the step's safety rests on.
std::vector<std::string_view> WitnessesOf(const StepKind& kind) {
  if (std::holds_alternative<CreatePod>(kind)) {
    return {};
  }
  if (const auto* take_over = std::get_if<TakeOver>(&kind)) {
    return {take_over->replica_id};
  }
  return NodesOf(kind);
}

std::optional<Refusal> WhyNotObserved(const StepKind& kind, const WorkingSnapshot& before) {
  for (const std::string_view name : WitnessesOf(kind)) {
    const Node* node = before.Find(name);
    if (node == nullptr || (std::holds_alternative<ForgetNode>(kind) && IsLost(*node))) {
      continue;
    }
    if (node->unobserved || node->health == Health::kFailed) {
      return Refusal{
          BlockedCode::kNodeNotObserved,
          fmt::format("{}{} {}; {} depends on it", ShortId(node->id),
                      node->pod.empty() ? "" : fmt::format(" (pod {})", node->pod),
                      node->unobserved ? "did not answer" : "has failed", KindName(kind))};
    }
    if (node->loading) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("{} is loading its dataset", ShortId(node->id))};
    }
  }
  return std::nullopt;
}

// Steps between two nodes fail while one of them has not met the cluster.
std::optional<Refusal> WhyNotMet(std::initializer_list<std::string_view> names,
                                 const WorkingSnapshot& before) {
  for (const std::string_view name : names) {
    if (const Node* node = before.Find(name); node != nullptr && node->alone) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("{} has not met the others yet", ShortId(name))};
    }
  }
  return std::nullopt;
}

// A target keeps what it gets only when a replica of it keeps it too.
std::optional<Refusal> WhyNoData(const NodeId& target_id, const WorkingSnapshot& before) {
  const Node* target = before.Find(target_id);
  int copies = 0;
  const Node* waiting = nullptr;
  if (target == nullptr) {
    return std::nullopt;
  }
  for (const Node* replica : before.ReplicasOf(target->id)) {
    if (!IsLost(*replica)) {
      if (replica->link == Link::kInSync && !replica->unobserved && !replica->leaving) {
        return std::nullopt;
      }
      ++copies;
      waiting = replica;
    }
  }
  if (copies == 0) {
    return std::nullopt;
  }
  return Refusal{BlockedCode::kMustWait,
                 fmt::format("{} has no replica in sync yet: {} is {}", ShortId(target_id),
                             ShortId(waiting->id),
                             waiting->leaving ? "being deleted" : "still synchronising")};
}

struct GateVisitor {
  const WorkingSnapshot& before;
  const ClusterSpec& spec;
  const Policy& policy;
  using Why = std::optional<Refusal>;

  Why operator()(const MigrateSlots& s) const {
    if (const Node* target = before.Find(s.target_id); target != nullptr && target->leaving) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("{} is being deleted, so it gets no slots", ShortId(target->id))};
    }
    if (Why why = WhyNotMet({s.source_id, s.target_id}, before); why.has_value()) {
      return why;
    }
    return spec.replication_factor > 0 ? WhyNoData(s.target_id, before) : std::nullopt;
  }
  // What a node holds that is no member stays unknown to the cluster.
  Why operator()(const AssignSlots& s) const {
    const Node* node = before.Find(s.node_id);
    const bool stranger =
        node != nullptr && node->alone && node->keys > 0 && !(before.owned() - node->slots).empty();
    return stranger ? WhyNotMet({s.node_id}, before) : std::nullopt;
  }
  Why operator()(const AttachReplica& s) const {
    return WhyNotMet({s.replica_id, s.primary_id}, before);
  }
  Why operator()(const CopyFunctions& s) const {
    return WhyNotMet({s.source_id, s.target_id}, before);
  }
  Why operator()(const PromoteReplica& s) const { return Voting(s.replica_id); }
  // Without the votes of the others: it may lose what the old primary acknowledged last.
  Why operator()(const TakeOver& s) const {
    const Node* primary = before.Find(s.primary_id);
    const Node* replica = before.Find(s.replica_id);
    const auto& allowed = policy.allow_data_loss;
    if (std::find(allowed.begin(), allowed.end(), replica->shard) != allowed.end() &&
        (primary == nullptr || IsLost(*primary))) {
      return std::nullopt;
    }
    return Refusal{BlockedCode::kQuorumAtRisk,
                   fmt::format("the majority of primaries is gone, so {} cannot be elected; bring "
                               "primaries back, or accept that its last writes are lost "
                               "(allow_data_loss)",
                               ShortId(s.replica_id))};
  }
  template <typename Other>
  Why operator()(const Other&) const {
    return std::nullopt;
  }

  Why Voting(const NodeId& replica) const {
    return HasQuorum(before) ? std::nullopt
                             : Why(Refusal{BlockedCode::kQuorumAtRisk,
                                           fmt::format("too few primaries answer to elect {}",
                                                       ShortId(replica))});
  }
};

}  // namespace

bool HasQuorum(const WorkingSnapshot& snapshot) {
  return 2 * snapshot.voters_there() > snapshot.voters();
}

std::optional<Refusal> WhyNot(const StepKind& kind, const WorkingSnapshot& before,
                              const ClusterSpec& spec, const Policy& policy) {
  if (auto why = WhyNotObserved(kind, before)) {
    return why;
  }
  if (const absl::Status status = StillValid(kind, before); !status.ok()) {
    return Refusal{status.code() == absl::StatusCode::kUnavailable ? BlockedCode::kMustWait
                                                                   : CodeOfInvalid(kind),
                   MessageOf(status)};
  }
  return std::visit(GateVisitor{before, spec, policy}, kind);
}

}  // namespace redisop
