#include "services/planner/core/working_snapshot.h"

#include <algorithm>
#include <utility>

namespace redisop {
namespace {

bool IsObserver(const Node& node) { return !node.unobserved && !node.alone; }

// Whether the node itself has a link to none of those that were asked: all have new addresses, or
// the network cut it off. A node that was forgotten still reaches those that forgot it.
bool ReachesNobody(const Node& node, const ClusterSnapshot& snapshot) {
  return IsObserver(node) &&
         std::all_of(snapshot.nodes.begin(), snapshot.nodes.end(), [&](const Node& other) {
           return !IsObserver(other) || other.id == node.id ||
                  std::binary_search(node.unknown_ids.begin(), node.unknown_ids.end(), other.id);
         });
}

// Ids that every other observed node lists as unknown.
std::vector<NodeId> ForgottenIn(const ClusterSnapshot& snapshot) {
  NameViewMap<size_t> unknown_to;
  size_t observers = 0;
  for (const Node& node : snapshot.nodes) {
    observers += IsObserver(node) ? 1 : 0;
    if (!node.unobserved) {
      for (const NodeId& id : node.unknown_ids) {
        ++unknown_to[id];
      }
    }
  }
  std::vector<NodeId> forgotten;
  for (const Node& node : snapshot.nodes) {
    const auto found = unknown_to.find(node.id);
    const size_t others = observers - (IsObserver(node) ? 1 : 0);
    if (found != unknown_to.end() && !node.alone && others > 1 && found->second >= others &&
        !ReachesNobody(node, snapshot)) {
      forgotten.push_back(node.id);
    }
  }
  return forgotten;
}

bool Votes(const Node& node) { return node.role == Role::kPrimary && !node.slots.empty(); }

bool IsThere(const Node& node) { return !node.unobserved && node.health != Health::kFailed; }

bool InOrder(const Node* a, const Node* b) { return a->id < b->id; }

}  // namespace

WorkingSnapshot::WorkingSnapshot(ClusterSnapshot snapshot)
    : lacking_functions_(snapshot.lacking_functions.begin(), snapshot.lacking_functions.end()),
      hosts_(std::move(snapshot.hosts)),
      attributed_(std::move(snapshot.attributed)),
      formed_(snapshot.formed) {
  for (const NodeId& id : ForgottenIn(snapshot)) {
    Forget(id);
  }
  observed_ = std::move(snapshot.nodes);
  by_id_.reserve(observed_.size());
  by_pod_.reserve(observed_.size());
  in_order_.reserve(observed_.size());
  replicas_.reserve(observed_.size() / 2);
  for (Node& node : observed_) {
    formed_ = formed_ || (!node.alone && !node.slots.empty());
    in_order_.push_back(&node);
    List(node);
  }
  if (!std::is_sorted(in_order_.begin(), in_order_.end(), InOrder)) {
    std::sort(in_order_.begin(), in_order_.end(), InOrder);
  }
  for (Pod& pod : snapshot.pods) {
    if (pod.leaving || Find(pod.name) != nullptr) {
      const std::string name = pod.name;
      leaving_pods_.emplace(name, std::move(pod));
      continue;
    }
    Node node;
    node.id = pod.name;
    node.pod = pod.name;
    node.pod_uid = pod.uid;
    node.shard = pod.shard;
    node.member = pod.member;
    node.host = pod.host;
    node.zone = pod.zone;
    waiting_pods_.emplace(node.id, std::move(pod));
    AddPending(std::move(node));
  }
}

Node* WorkingSnapshot::FindOwn(std::string_view id_or_pod) const {
  if (const auto node = by_id_.find(id_or_pod); node != by_id_.end()) {
    return node->second;
  }
  // Where two nodes claim one pod, the one with the higher id has it.
  Node* found = nullptr;
  if (const auto nodes = by_pod_.find(id_or_pod); nodes != by_pod_.end()) {
    for (Node* node : nodes->second) {
      if (!node->leaving && (found == nullptr || found->id < node->id)) {
        found = node;
      }
    }
  }
  return found;
}

const Node* WorkingSnapshot::Find(std::string_view id_or_pod) const { return FindOwn(id_or_pod); }

std::vector<Node*>::iterator WorkingSnapshot::PlaceOf(std::string_view id) {
  return std::lower_bound(
      in_order_.begin(), in_order_.end(), id,
      [](const Node* node, std::string_view other) { return node->id < other; });
}

void WorkingSnapshot::List(Node& node) {
  by_id_.emplace(node.id, &node);
  if (!node.pod.empty()) {
    by_pod_[node.pod].push_back(&node);
  }
  ++shape_version_;
  Recount(node, Part());
}

void WorkingSnapshot::AddPending(Node node) {
  node.alone = true;
  pending_.insert(node.id);
  Node& own = added_.emplace_back(std::move(node));
  in_order_.insert(PlaceOf(own.id), &own);
  List(own);
}

void WorkingSnapshot::Remove(std::string_view id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) {
    return;
  }
  Node& node = *found->second;
  Change(id, [](Node& leaving) {
    leaving.role = Role::kPrimary;
    leaving.primary_id.clear();
    leaving.slots = SlotSet();
    leaving.leaving = true;
  });
  if (const auto pod = by_pod_.find(node.pod); pod != by_pod_.end()) {
    pod->second.erase(std::remove(pod->second.begin(), pod->second.end(), &node),
                      pod->second.end());
  }
  for (auto* names : {&pending_, &forgotten_, &appointed_}) {
    names->erase(node.id);
  }
  waiting_pods_.erase(node.id);
  lacking_functions_.erase(node.id);
  in_order_.erase(PlaceOf(node.id));
  by_id_.erase(found);
  ++shape_version_;
}

WorkingSnapshot::Part WorkingSnapshot::PartOf(const Node& node) {
  return {node.role, node.primary_id, node.shard, node.slots, Votes(node), IsThere(node)};
}

void WorkingSnapshot::Recount(const Node& node, const Part& before) {
  voters_ += (Votes(node) ? 1 : 0) - (before.votes ? 1 : 0);
  voters_there_ += (Votes(node) && IsThere(node) ? 1 : 0) - (before.votes && before.there ? 1 : 0);
  const bool follows_anew = node.role != before.role || node.primary_id != before.primary_id;
  if (follows_anew && before.role == Role::kReplica) {
    std::erase(replicas_[before.primary_id], &node);
  }
  if (follows_anew && node.role == Role::kReplica) {
    std::vector<const Node*>& replicas = replicas_[node.primary_id];
    replicas.insert(std::lower_bound(replicas.begin(), replicas.end(), &node, InOrder), &node);
  }
  if (node.slots != before.slots) {
    CountOwned(before.slots, node.slots);
  }
  if (follows_anew || node.shard != before.shard || node.slots.empty() != before.slots.empty()) {
    ++shape_version_;
  }
}

void WorkingSnapshot::CountOwned(const SlotSet& before, const SlotSet& after) {
  const auto own = [this](const SlotSet& slots) {
    if (owned_.Overlaps(slots)) {
      contested_.Add(owned_ & slots);
    }
    owned_.Add(slots);
  };
  if (!contested_.Overlaps(before)) {
    owned_.Remove(before);
    own(after);
    return;
  }
  // Slots with several owners do not say how many; this is rare.
  owned_ = SlotSet();
  contested_ = SlotSet();
  for (const Node* node : in_order_) {
    own(node->slots);
  }
}

const std::vector<const Node*>& WorkingSnapshot::ReplicasOf(std::string_view primary_id) const {
  static const std::vector<const Node*> kNone;
  const auto found = replicas_.find(primary_id);
  return found == replicas_.end() ? kNone : found->second;
}

bool WorkingSnapshot::OthersOwn(const SlotSet& slots, const Node& owner) const {
  return contested_.Overlaps(slots & owner.slots) || owned_.Overlaps(slots - owner.slots);
}

const Pod* WorkingSnapshot::WaitingPod(std::string_view id) const {
  const auto found = waiting_pods_.find(id);
  return found == waiting_pods_.end() ? nullptr : &found->second;
}

bool WorkingSnapshot::PodNameTaken(std::string_view pod) const {
  const auto nodes = by_pod_.find(pod);
  return (nodes != by_pod_.end() && !nodes->second.empty()) || leaving_pods_.contains(pod);
}

void WorkingSnapshot::Appoint(const NodeId& id) {
  appointed_.insert(id);
  ++shape_version_;
}

void WorkingSnapshot::RemoveLeavingPod(std::string_view pod, std::string_view uid) {
  const auto [first, last] = leaving_pods_.equal_range(pod);
  for (auto at = first; at != last;) {
    at = uid.empty() || at->second.uid == uid ? leaving_pods_.erase(at) : std::next(at);
  }
}

ClusterSnapshot WorkingSnapshot::ToSnapshot() const {
  ClusterSnapshot snapshot;
  for (const auto& [id, node] : nodes()) {
    if (const Pod* pod = WaitingPod(id); pod != nullptr && node.alone && node.slots.empty()) {
      snapshot.pods.push_back(*pod);
      continue;
    }
    Node copy = node;
    std::erase_if(copy.unknown_ids, [&](const NodeId& other) { return !by_id_.contains(other); });
    if (!copy.unobserved && !IsForgotten(id)) {
      copy.unknown_ids.insert(copy.unknown_ids.end(), forgotten_.begin(), forgotten_.end());
    }
    std::sort(copy.unknown_ids.begin(), copy.unknown_ids.end());
    copy.unknown_ids.erase(std::unique(copy.unknown_ids.begin(), copy.unknown_ids.end()),
                           copy.unknown_ids.end());
    snapshot.nodes.push_back(std::move(copy));
  }
  for (const auto& [name, pod] : leaving_pods_) {
    snapshot.pods.push_back(pod);
  }
  snapshot.formed =
      formed_ || std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                             [](const Node& node) { return !node.alone && !node.slots.empty(); });
  snapshot.lacking_functions.assign(lacking_functions_.begin(), lacking_functions_.end());
  snapshot.hosts = hosts_;
  for (const SlotAttribution& attribution : attributed_) {
    if (SlotSet open = attribution.slots - owned_;
        !open.empty() && by_id_.contains(attribution.node_id)) {
      snapshot.attributed.push_back({attribution.node_id, std::move(open)});
    }
  }
  return Canonical(std::move(snapshot));
}

}  // namespace redisop
