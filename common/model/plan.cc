#include "common/model/plan.h"

#include <fmt/format.h>

#include <array>

namespace redisop {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<StepKind>> kKindNames = {
    "CreatePod",     "DeletePod",      "MeetNodes",     "SetConfigEpoch", "AssignSlots",
    "AttachReplica", "MigrateSlots",   "CloseOpenSlot", "PromoteReplica", "TakeOver",
    "ForgetNode",    "ResetEmptyNode", "CopyFunctions", "SetConfig"};

constexpr std::array<std::string_view, 23> kFindingNames = {
    "CODE_UNSPECIFIED",    "SLOT_UNCOVERED",    "SLOT_CONFLICT",
    "SLOT_OPEN",           "PRIMARY_FAILED",    "NODES_NOT_MET",
    "NODE_LOST",           "NODE_UNOBSERVED",   "CLUSTER_NOT_FORMED",
    "SHARD_MISSING",       "REPLICA_MISSING",   "REPLICA_MISPLACED",
    "REPLICA_NOT_IN_SYNC", "FUNCTIONS_MISSING", "SLOTS_UNBALANCED",
    "ROLES_UNEVEN",        "COPIES_TOGETHER",   "SHARD_SURPLUS",
    "REPLICA_SURPLUS",     "NODE_SPARE",        "SLOT_HOT",
    "POD_WAITING",         "WEIGHT_UNUSED"};

constexpr std::array<std::string_view, 13> kBlockedNames = {
    "CODE_UNSPECIFIED",  "WOULD_LOSE_LAST_COPY", "NEEDS_ALLOW_DATA_LOSS", "SLOT_OWNER_UNCLEAR",
    "NODE_NOT_OBSERVED", "QUORUM_AT_RISK",       "NO_REPLICA_IN_SYNC",    "TARGET_LACKS_MEMORY",
    "NO_SAFE_TARGET",    "NODES_NOT_EMPTY",      "PLACEMENT_IMPOSSIBLE",  "MUST_WAIT",
    "NOT_SUPPORTED"};

std::string ShortIds(const std::vector<NodeId>& ids) {
  constexpr size_t kShown = 6;
  std::string text;
  for (size_t i = 0; i < ids.size() && i < kShown; ++i) {
    text += (i == 0 ? "" : " ") + ShortId(ids[i]);
  }
  return ids.size() > kShown ? fmt::format("{} and {} more", text, ids.size() - kShown) : text;
}

struct ArgumentsOf {
  std::string operator()(const CreatePod& s) const {
    std::string text = s.zone.empty() ? s.pod : fmt::format("{} in zone {}", s.pod, s.zone);
    for (const std::string& host : s.not_on_hosts) {
      text += fmt::format("{} {}", host == s.not_on_hosts.front() ? ", not on" : "", host);
    }
    return text;
  }
  std::string operator()(const DeletePod& s) const { return s.pod; }
  std::string operator()(const MeetNodes& s) const { return ShortIds(s.node_ids); }
  std::string operator()(const SetConfigEpoch& s) const {
    return fmt::format("{} {}", ShortId(s.node_id), s.epoch);
  }
  std::string operator()(const AssignSlots& s) const {
    return fmt::format("{} {}", ShortId(s.node_id), s.slots.ToString());
  }
  std::string operator()(const AttachReplica& s) const {
    return fmt::format("{} to {}", ShortId(s.replica_id), ShortId(s.primary_id));
  }
  std::string operator()(const MigrateSlots& s) const {
    return fmt::format("{} → {} {}", ShortId(s.source_id), ShortId(s.target_id),
                       s.slots.ToString());
  }
  std::string operator()(const CloseOpenSlot& s) const {
    return fmt::format("{} {} → {} {}",
                       s.resolution == CloseOpenSlot::Resolution::kFinish ? "finish" : "undo",
                       ShortId(s.owner_id), ShortId(s.target_id), s.slots.ToString());
  }
  std::string operator()(const PromoteReplica& s) const {
    return fmt::format("{} for {}", ShortId(s.replica_id), ShortId(s.primary_id));
  }
  std::string operator()(const TakeOver& s) const {
    return fmt::format("{} for {}", ShortId(s.replica_id), ShortId(s.primary_id));
  }
  std::string operator()(const ForgetNode& s) const { return ShortId(s.node_id); }
  std::string operator()(const ResetEmptyNode& s) const { return ShortId(s.node_id); }
  std::string operator()(const CopyFunctions& s) const {
    return fmt::format("{} → {}", ShortId(s.source_id), ShortId(s.target_id));
  }
  std::string operator()(const SetConfig& s) const {
    std::string text = ShortIds(s.node_ids);
    for (const auto& [name, value] : s.settings) {
      text += fmt::format(" {}={}", name, value);
    }
    return text;
  }
};

}  // namespace

std::string_view KindName(const StepKind& kind) { return kKindNames[kind.index()]; }

std::string_view CodeName(FindingCode code) { return kFindingNames[static_cast<size_t>(code)]; }

std::string_view CodeName(BlockedCode code) { return kBlockedNames[static_cast<size_t>(code)]; }

std::string Describe(const StepKind& kind) {
  return fmt::format("{} {}", KindName(kind), std::visit(ArgumentsOf{}, kind));
}

std::string ShortId(std::string_view id) {
  const bool is_node_id =
      id.size() == 40 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_node_id ? fmt::format("{}…", id.substr(0, 8)) : std::string(id);
}

}  // namespace redisop
