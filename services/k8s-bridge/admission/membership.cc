#include <fmt/format.h>

#include <algorithm>

#include "services/k8s-bridge/admission/rules.h"

namespace redisop::admission {
namespace {

bool MayGiveUp(const Node& node, const Policy& policy) {
  return policy.recreate_lost_shards ||
         std::find(policy.allow_data_loss.begin(), policy.allow_data_loss.end(), node.shard) !=
             policy.allow_data_loss.end();
}

// A node that has neither pod nor answer: gone for good.
Verdict CheckForgetLost(const Node& node, const AdmissionFacts& facts) {
  if (!node.pod.empty()) {
    return Refusal{BlockedCode::kNodeNotObserved,
                   fmt::format("{} did not answer, but its pod is there", NameOf(node))};
  }
  if (node.health != Health::kFailed) {
    return Refusal{BlockedCode::kMustWait,
                   fmt::format("the others have not agreed that {} failed", NameOf(node))};
  }
  for (const Node& other : facts.snapshot.nodes) {
    if (other.role == Role::kReplica && other.primary_id == node.id && !other.unobserved) {
      return Refusal{
          BlockedCode::kMustWait,
          fmt::format("{} is a replica of {} and may be promoted", NameOf(other), NameOf(node))};
    }
  }
  if (!node.slots.empty() && !MayGiveUp(node, facts.policy)) {
    return Refusal{
        BlockedCode::kNeedsAllowDataLoss,
        fmt::format("{} owned {} slots that nobody else holds", NameOf(node), node.slots.size())};
  }
  return kAdmitted;
}

}  // namespace

Verdict Check(const MeetNodes& step, const StepSize&, const AdmissionFacts& facts) {
  SlotSet owned;
  for (const NodeId& id : step.node_ids) {
    const Node* node = nullptr;
    if (Verdict refused = NeedObserved(id, facts, &node)) {
      return refused;
    }
    if (node->pod.empty() || node->leaving) {
      return Refusal{BlockedCode::kNotSupported,
                     fmt::format("{} is not a pod of this cluster that stays", NameOf(*node))};
    }
    if (node->role != Role::kPrimary) {
      continue;
    }
    if (!(owned & node->slots).empty()) {
      return Refusal{BlockedCode::kSlotOwnerUnclear,
                     fmt::format("{} claims slots that another node claims too: {}", NameOf(*node),
                                 (owned & node->slots).ToString())};
    }
    // A node with data that knows nobody would lose it to whoever owns the slots here.
    if (facts.snapshot.formed && node->alone && node->slots.empty() && node->keys > 0) {
      return Refusal{BlockedCode::kNodesNotEmpty,
                     fmt::format("{} knows nobody and holds {} keys", NameOf(*node), node->keys)};
    }
    owned.Add(node->slots);
  }
  return kAdmitted;
}

Verdict Check(const SetConfigEpoch& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* node = nullptr;
  if (Verdict refused = NeedObserved(step.node_id, facts, &node)) {
    return refused;
  }
  if (!node->alone || node->config_epoch != 0 || step.epoch == 0) {
    return Refusal{BlockedCode::kNodesNotEmpty,
                   fmt::format("{} has an epoch or knows others already", NameOf(*node))};
  }
  for (const Node& other : facts.snapshot.nodes) {
    if (other.id != node->id && other.config_epoch == step.epoch) {
      return Refusal{BlockedCode::kSlotOwnerUnclear,
                     fmt::format("{} has epoch {} already", NameOf(other), step.epoch)};
    }
  }
  return kAdmitted;
}

Verdict Check(const ForgetNode& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* node = facts.snapshot.Find(step.node_id);
  if (node == nullptr) {
    return kAdmitted;  // nobody knows it any more: each agent says "done"
  }
  for (const Node& other : facts.snapshot.nodes) {
    if (other.id != node->id && other.unobserved && !other.pod.empty() && !other.leaving) {
      return Refusal{
          BlockedCode::kNodeNotObserved,
          fmt::format("{} did not answer and would bring {} back", NameOf(other), NameOf(*node))};
    }
  }
  return node->unobserved ? CheckForgetLost(*node, facts) : NeedDispensable(*node, facts);
}

Verdict Check(const ResetEmptyNode& step, const StepSize&, const AdmissionFacts& facts) {
  const Node* node = nullptr;
  if (Verdict refused = NeedObserved(step.node_id, facts, &node)) {
    return refused;
  }
  if (node->keys != 0) {
    return Refusal{BlockedCode::kNodesNotEmpty,
                   fmt::format("{} holds {} keys", NameOf(*node), node->keys)};
  }
  return NeedDispensable(*node, facts);
}

}  // namespace redisop::admission
