#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "services/k8s-bridge/admission/rules.h"

namespace redisop::admission {
namespace {

// What a running step has its hands on.
struct Hold {
  NodeId source;
  NodeId target;
  const SlotSet* slots = nullptr;
  bool migration = false;
};

std::optional<Hold> HoldOf(const StepKind& kind) {
  if (const auto* step = std::get_if<MigrateSlots>(&kind)) {
    return Hold{step->source_id, step->target_id, &step->slots, true};
  }
  if (const auto* step = std::get_if<CloseOpenSlot>(&kind)) {
    return Hold{step->owner_id, step->target_id, &step->slots, false};
  }
  if (const auto* step = std::get_if<AssignSlots>(&kind)) {
    return Hold{"", step->node_id, &step->slots, false};
  }
  return std::nullopt;
}

Verdict NeedFreeSlots(const SlotSet& slots, const AdmissionFacts& facts) {
  for (const StepKind& kind : facts.running) {
    std::optional<Hold> hold = HoldOf(kind);
    if (hold.has_value() && !(*hold->slots & slots).empty()) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("slots {} are in a step that runs: {}",
                                 (*hold->slots & slots).ToString(), Describe(kind))};
    }
  }
  return kAdmitted;
}

// Slots that anybody gives to a node other than the two.
Verdict NeedNoOtherOwner(const SlotSet& slots, const NodeId& one, const NodeId& other,
                         const AdmissionFacts& facts) {
  for (const auto& [id, claimed] : facts.claims) {
    if (id != one && id != other && !(claimed & slots).empty()) {
      return Refusal{BlockedCode::kSlotOwnerUnclear,
                     fmt::format("slots {} belong to {} for some node",
                                 (claimed & slots).ToString(), ShortId(id))};
    }
  }
  return kAdmitted;
}

// Nobody claims the slots itself; where others are said to own them, the node is one of those, so
// that it can ask the other for the keys.
Verdict NeedDisowned(const SlotSet& slots, const Node& node, const AdmissionFacts& facts) {
  auto own = facts.claims.find(node.id);
  const SlotSet said = own == facts.claims.end() ? SlotSet() : own->second & slots;
  for (const auto& [id, claimed] : facts.claims) {
    const Node* other = facts.snapshot.Find(id);
    const bool denies = other != nullptr && !other->unobserved && (other->slots & slots).empty();
    const SlotSet foreign = denies ? (claimed & slots) - said : claimed & slots;
    if (id != node.id && !foreign.empty()) {
      return Refusal{
          BlockedCode::kSlotOwnerUnclear,
          fmt::format("slots {} belong to {} for some node", foreign.ToString(), ShortId(id))};
    }
  }
  return kAdmitted;
}

Verdict NeedEmptyForFormation(const AdmissionFacts& facts) {
  for (const Node& node : facts.snapshot.nodes) {
    if (node.unobserved) {
      return Refusal{BlockedCode::kNodeNotObserved,
                     fmt::format("{} did not answer and may hold data", NameOf(node))};
    }
    if (node.keys != 0) {
      return Refusal{BlockedCode::kNodesNotEmpty,
                     fmt::format("{} holds {} keys", NameOf(node), node.keys)};
    }
  }
  return kAdmitted;
}

Verdict NeedNobodyAbsent(const AdmissionFacts& facts) {
  if (facts.policy.recreate_lost_shards || !facts.policy.allow_data_loss.empty()) {
    return kAdmitted;
  }
  for (const Node& node : facts.snapshot.nodes) {
    if (node.unobserved) {
      return Refusal{BlockedCode::kNeedsAllowDataLoss,
                     fmt::format("{} did not answer and may hold these slots", NameOf(node))};
    }
  }
  return kAdmitted;
}

Verdict NeedStreams(const MigrateSlots& step, const AdmissionFacts& facts) {
  int migrations = 0;
  for (const StepKind& kind : facts.running) {
    std::optional<Hold> hold = HoldOf(kind);
    if (!hold.has_value() || !hold->migration) {
      continue;
    }
    ++migrations;
    if (hold->source == step.source_id || hold->target == step.target_id ||
        hold->source == step.target_id || hold->target == step.source_id) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("source or target is busy with {}", Describe(kind))};
    }
  }
  if (migrations >= facts.policy.max_parallel_migrations) {
    return Refusal{BlockedCode::kMustWait,
                   fmt::format("{} migrations run, {} are allowed", migrations,
                               facts.policy.max_parallel_migrations)};
  }
  return kAdmitted;
}

Verdict NeedMemory(const Node& target, const StepSize& size, const AdmissionFacts& facts) {
  if (target.max_memory_bytes == 0) {
    return kAdmitted;
  }
  const double room = static_cast<double>(target.max_memory_bytes) *
                      (1 - facts.policy.memory_headroom_percent / 100);
  const double after = static_cast<double>(target.used_memory_bytes + size.bytes);
  if (after > room) {
    return Refusal{
        BlockedCode::kTargetLacksMemory,
        fmt::format("{} would hold {:.1f} MiB of {:.1f} MiB", NameOf(target), after / (1 << 20),
                    static_cast<double>(target.max_memory_bytes) / (1 << 20))};
  }
  return kAdmitted;
}

Verdict NeedLinked(const Node& one, const Node& other) {
  if (std::find(one.unknown_ids.begin(), one.unknown_ids.end(), other.id) !=
      one.unknown_ids.end()) {
    return Refusal{BlockedCode::kMustWait,
                   fmt::format("{} has no link to {}", NameOf(one), NameOf(other))};
  }
  return kAdmitted;
}

}  // namespace

Verdict Check(const AssignSlots& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* node = nullptr;
  if (Verdict refused = NeedPrimary(step.node_id, facts, &node)) {
    return refused;
  }
  if (Verdict refused = NeedFreeSlots(step.slots, facts)) {
    return refused;
  }
  if (Verdict refused = NeedDisowned(step.slots, *node, facts)) {
    return refused;
  }
  return facts.snapshot.formed ? NeedNobodyAbsent(facts) : NeedEmptyForFormation(facts);
}

Verdict Check(const MigrateSlots& step, const StepSize& size, const AdmissionFacts& facts) {
  const Node* source = nullptr;
  const Node* target = nullptr;
  if (Verdict refused = NeedPrimary(step.source_id, facts, &source)) {
    return refused;
  }
  if (Verdict refused = NeedPrimary(step.target_id, facts, &target)) {
    return refused;
  }
  if (source == target || step.slots.empty() || target->leaving) {
    return Refusal{BlockedCode::kNotSupported,
                   fmt::format("{} cannot give slots to {}", NameOf(*source), NameOf(*target))};
  }
  // What the target has already was moved before an interruption.
  const SlotSet strange = step.slots - (source->slots | target->slots);
  if (!strange.empty()) {
    return Refusal{BlockedCode::kSlotOwnerUnclear,
                   fmt::format("{} does not own {}", NameOf(*source), strange.ToString())};
  }
  for (const OpenSlot& open : source->open_slots) {
    if (step.slots.Contains(open.slot) && open.peer != target->id) {
      return Refusal{BlockedCode::kSlotOwnerUnclear,
                     fmt::format("slot {} is open towards {}", open.slot, ShortId(open.peer))};
    }
  }
  for (const Verdict& verdict :
       {NeedNoOtherOwner(step.slots, source->id, target->id, facts),
        NeedFreeSlots(step.slots, facts), NeedStreams(step, facts), NeedLinked(*source, *target),
        NeedLinked(*target, *source), NeedMemory(*target, size, facts)}) {
    if (verdict.has_value()) {
      return verdict;
    }
  }
  return kAdmitted;
}

Verdict Check(const CloseOpenSlot& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* owner = nullptr;
  const Node* target = nullptr;
  if (Verdict refused = NeedPrimary(step.owner_id, facts, &owner)) {
    return refused;
  }
  if (Verdict refused = NeedObserved(step.target_id, facts, &target)) {
    return refused;
  }
  const SlotSet strange = step.slots - (owner->slots | target->slots);
  if (!strange.empty()) {
    return Refusal{BlockedCode::kSlotOwnerUnclear,
                   fmt::format("{} does not own {}", NameOf(*owner), strange.ToString())};
  }
  if (Verdict refused = NeedNoOtherOwner(step.slots, owner->id, target->id, facts)) {
    return refused;
  }
  return NeedFreeSlots(step.slots, facts);
}

}  // namespace redisop::admission
