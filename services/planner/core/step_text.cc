#include <fmt/format.h>

#include "services/planner/core/step.h"

namespace redisop {
namespace {

struct NodesVisitor {
  using Ids = std::vector<std::string_view>;
  Ids operator()(const CreatePod& s) const { return {s.pod}; }
  Ids operator()(const DeletePod& s) const { return {s.node_id.empty() ? s.pod : s.node_id}; }
  Ids operator()(const MeetNodes& s) const { return {s.node_ids.begin(), s.node_ids.end()}; }
  Ids operator()(const SetConfigEpoch& s) const { return {s.node_id}; }
  Ids operator()(const AssignSlots& s) const { return {s.node_id}; }
  Ids operator()(const AttachReplica& s) const { return {s.replica_id, s.primary_id}; }
  Ids operator()(const MigrateSlots& s) const { return {s.source_id, s.target_id}; }
  Ids operator()(const CloseOpenSlot& s) const { return {s.owner_id, s.target_id}; }
  Ids operator()(const PromoteReplica& s) const { return {s.replica_id, s.primary_id}; }
  Ids operator()(const TakeOver& s) const { return {s.replica_id, s.primary_id}; }
  Ids operator()(const ForgetNode& s) const { return {s.node_id}; }
  Ids operator()(const ResetEmptyNode& s) const { return {s.node_id}; }
  Ids operator()(const CopyFunctions& s) const { return {s.source_id, s.target_id}; }
  Ids operator()(const SetConfig& s) const { return {s.node_ids.begin(), s.node_ids.end()}; }
};

struct PreconditionsVisitor {
  using Lines = std::vector<std::string>;
  Lines operator()(const CreatePod& s) const { return {fmt::format("no pod {} exists", s.pod)}; }
  Lines operator()(const DeletePod&) const {
    return {"the node owns no slots and no keys of its own", "all other nodes have forgotten it"};
  }
  Lines operator()(const MeetNodes&) const { return {"all the nodes answer"}; }
  Lines operator()(const SetConfigEpoch&) const { return {"the node is new and knows no other"}; }
  Lines operator()(const AssignSlots&) const { return {"nobody owns the slots"}; }
  Lines operator()(const AttachReplica&) const {
    return {"the replica owns no slots and no keys of its own", "the two nodes know each other"};
  }
  Lines operator()(const MigrateSlots&) const {
    return {"the source owns the slots", "source and target are primaries and know each other"};
  }
  Lines operator()(const CloseOpenSlot&) const { return {"the owner of the slots is certain"}; }
  Lines operator()(const PromoteReplica&) const {
    return {"the replica is in sync", "a majority of primaries answers"};
  }
  Lines operator()(const TakeOver&) const { return {"the old primary is certainly gone"}; }
  Lines operator()(const ForgetNode&) const {
    return {"the node owns no slots that live elsewhere"};
  }
  Lines operator()(const ResetEmptyNode&) const { return {"the node has no slots and no keys"}; }
  Lines operator()(const CopyFunctions&) const { return {"the target has no functions"}; }
  Lines operator()(const SetConfig&) const { return {"the nodes answer"}; }
};

struct EffectVisitor {
  std::string operator()(const CreatePod& s) const {
    return fmt::format("the node of pod {} answers", s.pod);
  }
  std::string operator()(const DeletePod& s) const {
    return fmt::format("pod {} is gone", ShortId(s.pod));
  }
  std::string operator()(const MeetNodes& s) const {
    return fmt::format("{} nodes know each other", s.node_ids.size());
  }
  std::string operator()(const SetConfigEpoch& s) const {
    return fmt::format("its config epoch is {}", s.epoch);
  }
  std::string operator()(const AssignSlots& s) const {
    return fmt::format("{} owns the slots", ShortId(s.node_id));
  }
  std::string operator()(const AttachReplica& s) const {
    return fmt::format("{} is an in-sync replica of {}", ShortId(s.replica_id),
                       ShortId(s.primary_id));
  }
  std::string operator()(const MigrateSlots& s) const {
    return fmt::format("{} owns the slots and their keys", ShortId(s.target_id));
  }
  std::string operator()(const CloseOpenSlot& s) const {
    return s.resolution == CloseOpenSlot::Resolution::kFinish
               ? fmt::format("{} owns the slots, nothing is open", ShortId(s.target_id))
               : fmt::format("{} keeps the slots, nothing is open", ShortId(s.owner_id));
  }
  std::string operator()(const PromoteReplica& s) const {
    return fmt::format("{} is the primary, {} its replica", ShortId(s.replica_id),
                       ShortId(s.primary_id));
  }
  std::string operator()(const TakeOver& s) const {
    return fmt::format("{} is the primary", ShortId(s.replica_id));
  }
  std::string operator()(const ForgetNode& s) const {
    return fmt::format("no other node knows {}", ShortId(s.node_id));
  }
  std::string operator()(const ResetEmptyNode& s) const {
    return fmt::format("{} knows no other node", ShortId(s.node_id));
  }
  std::string operator()(const CopyFunctions& s) const {
    return fmt::format("{} has the functions", ShortId(s.target_id));
  }
  std::string operator()(const SetConfig& s) const {
    return fmt::format("{} settings hold on {} nodes", s.settings.size(), s.node_ids.size());
  }
};

}  // namespace

std::vector<std::string_view> NodesOf(const StepKind& kind) {
  return std::visit(NodesVisitor{}, kind);
}

std::vector<std::string> PreconditionsOf(const StepKind& kind) {
  return std::visit(PreconditionsVisitor{}, kind);
}

std::string EffectOf(const StepKind& kind) { return std::visit(EffectVisitor{}, kind); }

}  // namespace redisop
