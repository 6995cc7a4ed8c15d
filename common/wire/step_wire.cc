#include <fmt/format.h>

#include <array>

#include "common/base/status_macros.h"
#include "common/wire/code_name.h"
#include "common/wire/field.h"
#include "common/wire/plan_wire.h"
#include "redisoperator/planner/v1/step.pb.h"

namespace redisop {
namespace {

namespace pb = redisoperator::planner::v1;
using wire::BadField;
using wire::CheckId;
using wire::CheckNumber;
using wire::CheckOptionalId;
using wire::CheckOptionalName;
using wire::CheckText;
using wire::kNameBytesMax;
using wire::kTextBytesMax;

constexpr double kSecondsMax = 1e20;  // 2^64 keys at the slowest speed that a policy may give
constexpr int kIdsMax = 40000;
constexpr int kSettingsMax = 1000;
constexpr int kHostsMax = 100;

template <typename Ids>
absl::StatusOr<std::vector<NodeId>> ReadIds(const Ids& from, std::string_view path) {
  std::vector<NodeId> ids(from.begin(), from.end());
  if (ids.empty() || ids.size() > kIdsMax) {
    return BadField(path, fmt::format("names {} nodes; give 1 to {}", ids.size(), kIdsMax));
  }
  for (const NodeId& id : ids) {
    RETURN_IF_ERROR(CheckId(id, path));
  }
  return ids;
}

// Writes each kind into the wire's oneof.
struct KindToProto {
  pb::Step& to;

  void operator()(const CreatePod& s) const {
    to.mutable_create_pod()->set_pod(s.pod);
    to.mutable_create_pod()->set_shard(s.shard);
    to.mutable_create_pod()->set_member(static_cast<uint32_t>(s.member));
    to.mutable_create_pod()->set_zone(s.zone);
    to.mutable_create_pod()->mutable_not_on_hosts()->Add(s.not_on_hosts.begin(),
                                                         s.not_on_hosts.end());
  }
  void operator()(const DeletePod& s) const {
    to.mutable_delete_pod()->set_pod(s.pod);
    to.mutable_delete_pod()->set_pod_uid(s.pod_uid);
    to.mutable_delete_pod()->set_node_id(s.node_id);
  }
  void operator()(const MeetNodes& s) const {
    to.mutable_meet_nodes()->mutable_node_ids()->Add(s.node_ids.begin(), s.node_ids.end());
  }
  void operator()(const SetConfigEpoch& s) const {
    to.mutable_set_config_epoch()->set_node_id(s.node_id);
    to.mutable_set_config_epoch()->set_epoch(s.epoch);
  }
  void operator()(const AssignSlots& s) const {
    to.mutable_assign_slots()->set_node_id(s.node_id);
    to.mutable_assign_slots()->set_slots(s.slots.ToString());
  }
  void operator()(const AttachReplica& s) const {
    to.mutable_attach_replica()->set_replica_id(s.replica_id);
    to.mutable_attach_replica()->set_primary_id(s.primary_id);
  }
  void operator()(const MigrateSlots& s) const {
    to.mutable_migrate_slots()->set_source_id(s.source_id);
    to.mutable_migrate_slots()->set_target_id(s.target_id);
    to.mutable_migrate_slots()->set_slots(s.slots.ToString());
  }
  void operator()(const CloseOpenSlot& s) const {
    to.mutable_close_open_slot()->set_owner_id(s.owner_id);
    to.mutable_close_open_slot()->set_target_id(s.target_id);
    to.mutable_close_open_slot()->set_slots(s.slots.ToString());
    to.mutable_close_open_slot()->set_resolution(s.resolution == CloseOpenSlot::Resolution::kFinish
                                                     ? pb::CloseOpenSlot::FINISH
                                                     : pb::CloseOpenSlot::UNDO);
  }
  void operator()(const PromoteReplica& s) const {
    to.mutable_promote_replica()->set_replica_id(s.replica_id);
    to.mutable_promote_replica()->set_primary_id(s.primary_id);
  }
  void operator()(const TakeOver& s) const {
    to.mutable_take_over()->set_replica_id(s.replica_id);
    to.mutable_take_over()->set_primary_id(s.primary_id);
  }
  void operator()(const ForgetNode& s) const { to.mutable_forget_node()->set_node_id(s.node_id); }
  void operator()(const ResetEmptyNode& s) const {
    to.mutable_reset_empty_node()->set_node_id(s.node_id);
  }
  void operator()(const CopyFunctions& s) const {
    to.mutable_copy_functions()->set_source_id(s.source_id);
    to.mutable_copy_functions()->set_target_id(s.target_id);
  }
  void operator()(const SetConfig& s) const {
    to.mutable_set_config()->mutable_node_ids()->Add(s.node_ids.begin(), s.node_ids.end());
    to.mutable_set_config()->mutable_settings()->insert(s.settings.begin(), s.settings.end());
  }
};

// Two different ids, each checked.
absl::Status CheckPair(const std::string& one, std::string_view one_name, const std::string& other,
                       std::string_view other_name, std::string_view path) {
  RETURN_IF_ERROR(CheckId(one, fmt::format("{}.{}", path, one_name)));
  RETURN_IF_ERROR(CheckId(other, fmt::format("{}.{}", path, other_name)));
  if (one == other) {
    return BadField(fmt::format("{}.{}", path, other_name),
                    fmt::format("the same as {}; two different nodes are needed", one_name));
  }
  return absl::OkStatus();
}

absl::StatusOr<SlotSet> ReadSomeSlots(const std::string& text, std::string_view path) {
  ASSIGN_OR_RETURN(SlotSet slots, wire::ReadSlots(text, fmt::format("{}.slots", path)));
  if (slots.empty()) {
    return BadField(fmt::format("{}.slots", path), "empty; give at least one slot");
  }
  return slots;
}

absl::StatusOr<StepKind> ReadSlotKind(const pb::Step& from, std::string_view path) {
  if (from.has_assign_slots()) {
    const pb::AssignSlots& s = from.assign_slots();
    RETURN_IF_ERROR(CheckId(s.node_id(), fmt::format("{}.assign_slots.node_id", path)));
    ASSIGN_OR_RETURN(SlotSet slots, ReadSomeSlots(s.slots(), fmt::format("{}.assign_slots", path)));
    return AssignSlots{s.node_id(), std::move(slots)};
  }
  if (from.has_migrate_slots()) {
    const pb::MigrateSlots& s = from.migrate_slots();
    const std::string where = fmt::format("{}.migrate_slots", path);
    RETURN_IF_ERROR(CheckPair(s.source_id(), "source_id", s.target_id(), "target_id", where));
    ASSIGN_OR_RETURN(SlotSet slots, ReadSomeSlots(s.slots(), where));
    return MigrateSlots{s.source_id(), s.target_id(), std::move(slots)};
  }
  const pb::CloseOpenSlot& s = from.close_open_slot();
  const std::string where = fmt::format("{}.close_open_slot", path);
  RETURN_IF_ERROR(CheckId(s.owner_id(), where + ".owner_id"));
  RETURN_IF_ERROR(CheckOptionalId(s.target_id(), where + ".target_id"));
  ASSIGN_OR_RETURN(SlotSet slots, ReadSomeSlots(s.slots(), where));
  if (s.resolution() != pb::CloseOpenSlot::FINISH && s.resolution() != pb::CloseOpenSlot::UNDO) {
    return BadField(where + ".resolution", "give FINISH or UNDO");
  }
  return CloseOpenSlot{s.owner_id(), s.target_id(), std::move(slots),
                       s.resolution() == pb::CloseOpenSlot::FINISH
                           ? CloseOpenSlot::Resolution::kFinish
                           : CloseOpenSlot::Resolution::kUndo};
}

absl::StatusOr<StepKind> ReadPairKind(const pb::Step& from, std::string_view path) {
  if (from.has_attach_replica()) {
    const pb::AttachReplica& s = from.attach_replica();
    RETURN_IF_ERROR(CheckPair(s.primary_id(), "primary_id", s.replica_id(), "replica_id",
                              fmt::format("{}.attach_replica", path)));
    return AttachReplica{s.replica_id(), s.primary_id()};
  }
  if (from.has_promote_replica()) {
    const pb::PromoteReplica& s = from.promote_replica();
    RETURN_IF_ERROR(CheckPair(s.primary_id(), "primary_id", s.replica_id(), "replica_id",
                              fmt::format("{}.promote_replica", path)));
    return PromoteReplica{s.replica_id(), s.primary_id()};
  }
  if (from.has_take_over()) {
    const pb::TakeOver& s = from.take_over();
    RETURN_IF_ERROR(CheckPair(s.primary_id(), "primary_id", s.replica_id(), "replica_id",
                              fmt::format("{}.take_over", path)));
    return TakeOver{s.replica_id(), s.primary_id()};
  }
  const pb::CopyFunctions& s = from.copy_functions();
  RETURN_IF_ERROR(CheckPair(s.source_id(), "source_id", s.target_id(), "target_id",
                            fmt::format("{}.copy_functions", path)));
  return CopyFunctions{s.source_id(), s.target_id()};
}

absl::StatusOr<StepKind> ReadPodKind(const pb::Step& from, std::string_view path) {
  if (from.has_create_pod()) {
    const pb::CreatePod& s = from.create_pod();
    const std::string where = fmt::format("{}.create_pod", path);
    RETURN_IF_ERROR(CheckId(s.pod(), where + ".pod"));
    RETURN_IF_ERROR(CheckOptionalName(s.shard(), where + ".shard"));
    RETURN_IF_ERROR(CheckText(s.zone(), kNameBytesMax, where + ".zone"));
    RETURN_IF_ERROR(CheckNumber(s.member(), 0, 10000, where + ".member"));
    if (s.not_on_hosts().size() > kHostsMax) {
      return BadField(where + ".not_on_hosts", fmt::format("names {} hosts; give at most {}",
                                                           s.not_on_hosts().size(), kHostsMax));
    }
    for (int i = 0; i < s.not_on_hosts().size(); ++i) {
      RETURN_IF_ERROR(CheckText(s.not_on_hosts(i), kNameBytesMax,
                                fmt::format("{}.not_on_hosts[{}]", where, i)));
    }
    return CreatePod{s.pod(),
                     s.shard(),
                     static_cast<int>(s.member()),
                     s.zone(),
                     {s.not_on_hosts().begin(), s.not_on_hosts().end()}};
  }
  const pb::DeletePod& s = from.delete_pod();
  const std::string where = fmt::format("{}.delete_pod", path);
  RETURN_IF_ERROR(CheckId(s.pod(), where + ".pod"));
  RETURN_IF_ERROR(CheckText(s.pod_uid(), kNameBytesMax, where + ".pod_uid"));
  RETURN_IF_ERROR(CheckOptionalId(s.node_id(), where + ".node_id"));
  return DeletePod{s.pod(), s.pod_uid(), s.node_id()};
}

absl::StatusOr<StepKind> ReadNodeKind(const pb::Step& from, std::string_view path) {
  if (from.has_meet_nodes()) {
    ASSIGN_OR_RETURN(std::vector<NodeId> ids, ReadIds(from.meet_nodes().node_ids(),
                                                      fmt::format("{}.meet_nodes.node_ids", path)));
    return MeetNodes{std::move(ids)};
  }
  if (from.has_set_config_epoch()) {
    const pb::SetConfigEpoch& s = from.set_config_epoch();
    RETURN_IF_ERROR(CheckId(s.node_id(), fmt::format("{}.set_config_epoch.node_id", path)));
    if (s.epoch() == 0) {
      return BadField(fmt::format("{}.set_config_epoch.epoch", path), "is 0; give 1 or more");
    }
    return SetConfigEpoch{s.node_id(), s.epoch()};
  }
  if (from.has_forget_node()) {
    const std::string& id = from.forget_node().node_id();
    RETURN_IF_ERROR(CheckId(id, fmt::format("{}.forget_node.node_id", path)));
    return ForgetNode{id};
  }
  if (from.has_reset_empty_node()) {
    const std::string& id = from.reset_empty_node().node_id();
    RETURN_IF_ERROR(CheckId(id, fmt::format("{}.reset_empty_node.node_id", path)));
    return ResetEmptyNode{id};
  }
  const pb::SetConfig& s = from.set_config();
  ASSIGN_OR_RETURN(std::vector<NodeId> ids,
                   ReadIds(s.node_ids(), fmt::format("{}.set_config.node_ids", path)));
  if (s.settings_size() > kSettingsMax) {
    return BadField(
        fmt::format("{}.set_config.settings", path),
        fmt::format("{} entries, at most {} are allowed", s.settings_size(), kSettingsMax));
  }
  return SetConfig{std::move(ids), {s.settings().begin(), s.settings().end()}};
}

absl::StatusOr<StepKind> ReadKind(const pb::Step& from, std::string_view path) {
  switch (from.kind_case()) {
    case pb::Step::KIND_NOT_SET:
      return BadField(path, "says nothing to do; give one kind, such as migrate_slots");
    case pb::Step::kCreatePod:
    case pb::Step::kDeletePod:
      return ReadPodKind(from, path);
    case pb::Step::kAssignSlots:
    case pb::Step::kMigrateSlots:
    case pb::Step::kCloseOpenSlot:
      return ReadSlotKind(from, path);
    case pb::Step::kAttachReplica:
    case pb::Step::kPromoteReplica:
    case pb::Step::kTakeOver:
    case pb::Step::kCopyFunctions:
      return ReadPairKind(from, path);
    default:
      return ReadNodeKind(from, path);
  }
}

}  // namespace

pb::Step ToProto(const Step& step) {
  pb::Step to;
  to.set_id(step.id);
  std::visit(KindToProto{to}, step.kind);
  to.mutable_depends_on()->Add(step.depends_on.begin(), step.depends_on.end());
  if (step.reason != FindingCode::kNone) {
    to.set_reason(std::string(CodeName(step.reason)));
  }
  to.set_because(step.because);
  to.mutable_preconditions()->Add(step.preconditions.begin(), step.preconditions.end());
  to.set_effect(step.effect);
  to.mutable_size()->set_slots(static_cast<uint32_t>(step.size.slots));
  to.mutable_size()->set_keys(step.size.keys);
  to.mutable_size()->set_bytes(step.size.bytes);
  to.set_estimated_seconds(step.estimated_seconds);
  return to;
}

absl::StatusOr<Step> FromProto(const pb::Step& from, std::string_view path) {
  ASSIGN_OR_RETURN(StepKind kind, ReadKind(from, path));
  Step step;
  step.kind = std::move(kind);
  step.id = from.id();
  RETURN_IF_ERROR(CheckText(step.id, kNameBytesMax, fmt::format("{}.id", path)));
  step.depends_on.assign(from.depends_on().begin(), from.depends_on().end());
  if (!from.reason().empty()) {
    ASSIGN_OR_RETURN(step.reason,
                     wire::ReadFindingCode(from.reason(), fmt::format("{}.reason", path)));
  }
  RETURN_IF_ERROR(CheckText(from.because(), kTextBytesMax, fmt::format("{}.because", path)));
  RETURN_IF_ERROR(CheckText(from.effect(), kTextBytesMax, fmt::format("{}.effect", path)));
  step.because = from.because();
  step.effect = from.effect();
  step.preconditions.assign(from.preconditions().begin(), from.preconditions().end());
  RETURN_IF_ERROR(CheckNumber(from.estimated_seconds(), 0, kSecondsMax,
                              fmt::format("{}.estimated_seconds", path)));
  RETURN_IF_ERROR(
      CheckNumber(from.size().slots(), 0, kSlotCount, fmt::format("{}.size.slots", path)));
  step.size = {static_cast<int>(from.size().slots()), from.size().keys(), from.size().bytes()};
  step.estimated_seconds = from.estimated_seconds();
  return step;
}

}  // namespace redisop
