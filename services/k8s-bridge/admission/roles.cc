#include <fmt/format.h>

#include <algorithm>

#include "services/k8s-bridge/admission/rules.h"

namespace redisop::admission {
namespace {

Verdict NeedNoFailover(const AdmissionFacts& facts) {
  for (const StepKind& kind : facts.running) {
    if (std::holds_alternative<PromoteReplica>(kind) || std::holds_alternative<TakeOver>(kind)) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("one failover at a time, {} runs", Describe(kind))};
    }
  }
  return kAdmitted;
}

Verdict NeedNoMigrationOf(const NodeId& primary, const AdmissionFacts& facts) {
  for (const StepKind& kind : facts.running) {
    const auto* migration = std::get_if<MigrateSlots>(&kind);
    if (migration != nullptr &&
        (migration->source_id == primary || migration->target_id == primary)) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("slots of its primary move: {}", Describe(kind))};
    }
  }
  return kAdmitted;
}

Verdict NeedReplicaOf(const Node& replica, const NodeId& primary_id) {
  if (replica.role != Role::kReplica || replica.primary_id != primary_id) {
    return Refusal{BlockedCode::kMustWait,
                   fmt::format("{} is not a replica of {}", NameOf(replica), ShortId(primary_id))};
  }
  return kAdmitted;
}

}  // namespace

Verdict Check(const AttachReplica& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* replica = nullptr;
  const Node* primary = nullptr;
  if (Verdict refused = NeedObserved(step.replica_id, facts, &replica)) {
    return refused;
  }
  if (Verdict refused = NeedPrimary(step.primary_id, facts, &primary)) {
    return refused;
  }
  if (replica->role == Role::kReplica && replica->primary_id == primary->id) {
    return kAdmitted;
  }
  if (replica == primary || primary->leaving) {
    return Refusal{BlockedCode::kNotSupported, fmt::format("{} cannot become a replica of {}",
                                                           NameOf(*replica), NameOf(*primary))};
  }
  if (std::find(replica->unknown_ids.begin(), replica->unknown_ids.end(), primary->id) !=
      replica->unknown_ids.end()) {
    return Refusal{BlockedCode::kMustWait,
                   fmt::format("{} has no link to {}", NameOf(*replica), NameOf(*primary))};
  }
  // Its own data is replaced by that of the primary.
  return NeedDispensable(*replica, facts);
}

Verdict Check(const PromoteReplica& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* replica = nullptr;
  const Node* primary = nullptr;
  if (Verdict refused = NeedObserved(step.replica_id, facts, &replica)) {
    return refused;
  }
  if (Verdict refused = NeedReplicaOf(*replica, step.primary_id)) {
    return refused;
  }
  if (Verdict refused = NeedPrimary(step.primary_id, facts, &primary)) {
    return refused;
  }
  if (replica->link != Link::kInSync) {
    return Refusal{BlockedCode::kNoReplicaInSync,
                   fmt::format("{} is not in sync", NameOf(*replica))};
  }
  // Who does not know the replica as one of this primary does not vote for it, and the failover
  // fails after its full time.
  if (facts.disputed_roles.contains(replica->id)) {
    return Refusal{BlockedCode::kMustWait,
                   fmt::format("some nodes do not know yet that {} is a replica of {}",
                               NameOf(*replica), NameOf(*primary))};
  }
  if (Verdict refused = NeedQuorum(facts)) {
    return refused;
  }
  if (Verdict refused = NeedNoFailover(facts)) {
    return refused;
  }
  return NeedNoMigrationOf(primary->id, facts);
}

Verdict Check(const TakeOver& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* replica = nullptr;
  if (Verdict refused = NeedObserved(step.replica_id, facts, &replica)) {
    return refused;
  }
  if (Verdict refused = NeedReplicaOf(*replica, step.primary_id)) {
    return refused;
  }
  if (!NeedQuorum(facts).has_value()) {
    return Refusal{BlockedCode::kMustWait, "most primaries answer: Redis elects by itself"};
  }
  const std::vector<std::string>& accepted = facts.policy.allow_data_loss;
  if (std::find(accepted.begin(), accepted.end(), replica->shard) == accepted.end()) {
    return Refusal{BlockedCode::kNeedsAllowDataLoss,
                   fmt::format("taking over shard {} without votes can lose data", replica->shard)};
  }
  return NeedNoFailover(facts);
}

}  // namespace redisop::admission
