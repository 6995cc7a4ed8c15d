// A plan as a value: findings, steps, what is blocked, and what it costs. Wire form:
// redisoperator.planner.v1.Plan, where each field is described. The planner makes plans, the bridge
// proves and executes them, agents execute single steps.

#ifndef REDIS_OPERATOR_COMMON_MODEL_PLAN_H_
#define REDIS_OPERATOR_COMMON_MODEL_PLAN_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/model/cluster_snapshot.h"
#include "common/model/slot_set.h"

namespace redisop {

struct CreatePod {
  std::string pod;
  std::string shard;
  int member = 0;
  std::string zone;
  std::vector<std::string> not_on_hosts;  // not empty: these are ruled out, and `zone` is required
  friend bool operator==(const CreatePod&, const CreatePod&) = default;
};
struct DeletePod {
  std::string pod;
  std::string pod_uid;
  NodeId node_id;
  friend bool operator==(const DeletePod&, const DeletePod&) = default;
};
struct MeetNodes {
  std::vector<NodeId> node_ids;
  friend bool operator==(const MeetNodes&, const MeetNodes&) = default;
};
struct SetConfigEpoch {
  NodeId node_id;
  uint64_t epoch = 0;
  friend bool operator==(const SetConfigEpoch&, const SetConfigEpoch&) = default;
};
struct AssignSlots {
  NodeId node_id;
  SlotSet slots;
  friend bool operator==(const AssignSlots&, const AssignSlots&) = default;
};
struct AttachReplica {
  NodeId replica_id;
  NodeId primary_id;
  friend bool operator==(const AttachReplica&, const AttachReplica&) = default;
};
struct MigrateSlots {
  NodeId source_id;
  NodeId target_id;
  SlotSet slots;
  friend bool operator==(const MigrateSlots&, const MigrateSlots&) = default;
};
struct CloseOpenSlot {
  enum class Resolution { kFinish, kUndo };
  NodeId owner_id;
  NodeId target_id;
  SlotSet slots;
  Resolution resolution = Resolution::kFinish;
  friend bool operator==(const CloseOpenSlot&, const CloseOpenSlot&) = default;
};
struct PromoteReplica {
  NodeId replica_id;
  NodeId primary_id;
  friend bool operator==(const PromoteReplica&, const PromoteReplica&) = default;
};
struct TakeOver {
  NodeId replica_id;
  NodeId primary_id;
  friend bool operator==(const TakeOver&, const TakeOver&) = default;
};
struct ForgetNode {
  NodeId node_id;
  friend bool operator==(const ForgetNode&, const ForgetNode&) = default;
};
struct ResetEmptyNode {
  NodeId node_id;
  friend bool operator==(const ResetEmptyNode&, const ResetEmptyNode&) = default;
};
struct CopyFunctions {
  NodeId source_id;
  NodeId target_id;
  friend bool operator==(const CopyFunctions&, const CopyFunctions&) = default;
};
struct SetConfig {
  std::vector<NodeId> node_ids;
  std::map<std::string, std::string> settings;
  friend bool operator==(const SetConfig&, const SetConfig&) = default;
};

using StepKind = std::variant<CreatePod, DeletePod, MeetNodes, SetConfigEpoch, AssignSlots,
                              AttachReplica, MigrateSlots, CloseOpenSlot, PromoteReplica, TakeOver,
                              ForgetNode, ResetEmptyNode, CopyFunctions, SetConfig>;

// In the order of importance; same names and meanings as redisoperator.planner.v1.Finding.Code.
enum class FindingCode {
  kNone,
  kSlotUncovered,
  kSlotConflict,
  kSlotOpen,
  kPrimaryFailed,
  kNodesNotMet,
  kNodeLost,
  kNodeUnobserved,
  kClusterNotFormed,
  kShardMissing,
  kReplicaMissing,
  kReplicaMisplaced,
  kReplicaNotInSync,
  kFunctionsMissing,
  kSlotsUnbalanced,
  kRolesUneven,
  kCopiesTogether,
  kShardSurplus,
  kReplicaSurplus,
  kNodeSpare,
  kSlotHot,
  kPodWaiting,
  kWeightUnused,
};

// In the order of importance; same names and meanings as redisoperator.planner.v1.Blocked.Code.
enum class BlockedCode {
  kNone,
  kWouldLoseLastCopy,
  kNeedsAllowDataLoss,
  kSlotOwnerUnclear,
  kNodeNotObserved,
  kQuorumAtRisk,
  kNoReplicaInSync,
  kTargetLacksMemory,
  kNoSafeTarget,
  kNodesNotEmpty,
  kPlacementImpossible,
  kMustWait,
  kNotSupported,
};

struct StepSize {
  int slots = 0;
  uint64_t keys = 0;
  uint64_t bytes = 0;
  friend bool operator==(const StepSize&, const StepSize&) = default;
};

struct Step {
  std::string id;
  StepKind kind;
  std::vector<std::string> depends_on;
  FindingCode reason = FindingCode::kNone;
  std::string because;
  std::vector<std::string> preconditions;
  std::string effect;
  StepSize size;
  double estimated_seconds = 0;
  friend bool operator==(const Step&, const Step&) = default;
};

struct Finding {
  FindingCode code = FindingCode::kNone;
  std::vector<NodeId> node_ids;
  std::string shard;
  SlotSet slots;
  std::string text;
  friend bool operator==(const Finding&, const Finding&) = default;
};

struct Blocked {
  BlockedCode code = BlockedCode::kNone;
  std::string text;
  std::optional<Step> wanted;
  FindingCode finding = FindingCode::kNone;
  friend bool operator==(const Blocked&, const Blocked&) = default;
};

struct Bounds {
  int slots_moved = 0;
  int slots_moved_minimum = 0;
  int ranges = 0;
  int ranges_before = 0;
  int failovers = 0;
  int failovers_minimum = 0;
  double makespan_seconds = 0;
  double makespan_seconds_minimum = 0;
  int placement_violations = 0;
  int placement_violations_minimum = 0;
  uint64_t load_moved = 0;
  uint64_t load_moved_minimum = 0;
  friend bool operator==(const Bounds&, const Bounds&) = default;
};

struct Plan {
  std::string digest;
  std::string summary;
  std::vector<Step> steps;
  std::vector<Blocked> blocked;
  std::vector<Finding> findings;
  Bounds bounds;
  friend bool operator==(const Plan&, const Plan&) = default;
};

// "MigrateSlots", "CreatePod", …: the name for people, logs and metrics.
std::string_view KindName(const StepKind& kind);

// "SLOT_UNCOVERED", …: the name on the wire.
std::string_view CodeName(FindingCode code);
std::string_view CodeName(BlockedCode code);

// One line: "MigrateSlots 07c3… → 6ec2… 4096-5460". Long ids are cut to eight digits.
std::string Describe(const StepKind& kind);

// Eight digits and "…" of a node id; pod names stay whole.
std::string ShortId(std::string_view id);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_MODEL_PLAN_H_
