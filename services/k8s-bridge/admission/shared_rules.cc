#include <fmt/format.h>

#include <algorithm>

#include "services/k8s-bridge/admission/rules.h"

namespace redisop::admission {

std::string NameOf(const Node& node) {
  return node.pod.empty() ? ShortId(node.id) : fmt::format("{} ({})", node.pod, ShortId(node.id));
}

Verdict NeedObserved(std::string_view id, const AdmissionFacts& facts, const Node** found) {
  const Node* node = facts.snapshot.Find(id);
  if (node == nullptr || node->unobserved) {
    return Refusal{BlockedCode::kNodeNotObserved,
                   fmt::format("{} did not answer", node == nullptr ? ShortId(id) : NameOf(*node))};
  }
  *found = node;
  return kAdmitted;
}

Verdict NeedPrimary(std::string_view id, const AdmissionFacts& facts, const Node** found) {
  if (Verdict refused = NeedObserved(id, facts, found)) {
    return refused;
  }
  const Node& node = **found;
  if (node.role != Role::kPrimary) {
    return Refusal{BlockedCode::kMustWait, fmt::format("{} is not a primary", NameOf(node))};
  }
  if (node.health == Health::kFailed || node.loading) {
    return Refusal{BlockedCode::kMustWait,
                   fmt::format("{} {}", NameOf(node),
                               node.loading ? "still loads its data" : "failed for the others")};
  }
  return kAdmitted;
}

namespace {

// A replica may go when its primary serves and enough other replicas are in sync with it.
Verdict NeedCopiesElsewhere(const Node& replica, const AdmissionFacts& facts) {
  const Node* primary = nullptr;
  if (Verdict refused = NeedPrimary(replica.primary_id, facts, &primary)) {
    return Refusal{BlockedCode::kWouldLoseLastCopy,
                   fmt::format("{} holds {} keys and its primary does not serve: {}",
                               NameOf(replica), replica.keys, refused->text)};
  }
  const auto others = std::count_if(facts.snapshot.nodes.begin(), facts.snapshot.nodes.end(),
                                    [&](const Node& node) {
                                      return node.id != replica.id && node.role == Role::kReplica &&
                                             node.primary_id == primary->id && !node.unobserved &&
                                             !node.leaving && node.link == Link::kInSync;
                                    });
  if (others < facts.spec.replication_factor) {
    return Refusal{BlockedCode::kWouldLoseLastCopy,
                   fmt::format("without {} its shard has {} replicas in sync, {} are promised",
                               NameOf(replica), others, facts.spec.replication_factor)};
  }
  return kAdmitted;
}

}  // namespace

Verdict NeedDispensable(const Node& node, const AdmissionFacts& facts) {
  if (auto claimed = facts.claims.find(node.id);
      !node.slots.empty() || claimed != facts.claims.end()) {
    const SlotSet& slots = node.slots.empty() ? claimed->second : node.slots;
    return Refusal{BlockedCode::kWouldLoseLastCopy,
                   fmt::format("{} owns {} slots", NameOf(node), slots.size())};
  }
  for (const Node& other : facts.snapshot.nodes) {
    const bool open_towards =
        std::any_of(other.open_slots.begin(), other.open_slots.end(),
                    [&](const OpenSlot& open) { return open.peer == node.id; });
    if (open_towards || (other.id == node.id && !node.open_slots.empty())) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("slots are open on {} or towards it", NameOf(node))};
    }
    if (other.role == Role::kReplica && other.primary_id == node.id) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("{} is a replica of {}", NameOf(other), NameOf(node))};
    }
  }
  if (node.keys == 0) {
    return kAdmitted;
  }
  if (node.role == Role::kPrimary) {
    return Refusal{BlockedCode::kWouldLoseLastCopy,
                   fmt::format("{} holds {} keys", NameOf(node), node.keys)};
  }
  return NeedCopiesElsewhere(node, facts);
}

Verdict NeedQuorum(const AdmissionFacts& facts) {
  int voters = 0;
  int well = 0;
  for (const Node& node : facts.snapshot.nodes) {
    if (node.role == Role::kPrimary && !node.slots.empty()) {
      ++voters;
      well += !node.unobserved && node.health != Health::kFailed ? 1 : 0;
    }
  }
  if (well * 2 <= voters) {
    return Refusal{BlockedCode::kQuorumAtRisk,
                   fmt::format("only {} of {} primaries answer", well, voters)};
  }
  return kAdmitted;
}

}  // namespace redisop::admission
