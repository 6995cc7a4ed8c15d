#include "services/planner/core/shape.h"

#include <algorithm>
#include <deque>
#include <span>
#include <tuple>

#include "absl/container/inlined_vector.h"

namespace redisop {
namespace {

constexpr int kReplicaChainMax = 64;
constexpr size_t kShortNameLength = 8;

// Numbers before words; numbers by value, that is by their length, then as text.
using NameOrder = std::tuple<bool, size_t, std::string_view>;

NameOrder OrderOf(std::string_view name) {
  const bool is_number = !name.empty() && std::all_of(name.begin(), name.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  return {!is_number, is_number ? name.size() : 0, name};
}

bool IdLess(const Node* a, const Node* b) { return a->id < b->id; }

// The primary at the end of the chain, or nullptr.
const Node* RootOf(const WorkingSnapshot& snapshot, const Node& node) {
  const Node* at = &node;
  for (int hops = 0; at != nullptr && at->role == Role::kReplica && hops < kReplicaChainMax;
       ++hops) {
    at = at->primary_id.empty() ? nullptr : snapshot.Find(at->primary_id);
  }
  return at != nullptr && at->role == Role::kPrimary ? at : nullptr;
}

class ShapeBuilder {
 public:
  explicit ShapeBuilder(const WorkingSnapshot& snapshot) : snapshot_(snapshot) {
    bool all_labelled = true;
    followers_.reserve(snapshot.nodes().size() / 2);
    for (const auto& [id, node] : snapshot.nodes()) {
      all_labelled = all_labelled && !node.shard.empty();
      if (node.role == Role::kReplica) {
        const Node* root = RootOf(snapshot, node);
        replicas_.emplace_back(&node, root);
        if (root != nullptr) {
          followers_[root].push_back(&node);
        }
      }
    }
    // Only nodes without one are named after the labels of others.
    if (!all_labelled) {
      for (const auto& [id, node] : snapshot.nodes()) {
        labels_.insert(node.shard);
      }
    }
  }

  Shape Build() {
    AddServing();
    AddEmptyPrimaries();
    AddReplicas();
    std::vector<std::pair<NameOrder, Shard*>> in_order;
    in_order.reserve(shards_.size());
    for (Shard& shard : shards_) {
      std::sort(shard.joining.begin(), shard.joining.end(), IdLess);
      in_order.emplace_back(OrderOf(shard.name), &shard);
    }
    std::sort(in_order.begin(), in_order.end());
    parts_.shards.reserve(in_order.size());
    for (const auto& [order, shard] : in_order) {
      parts_.shards.push_back(std::move(*shard));
    }
    return Shape(std::move(parts_));
  }

 private:
  std::string_view LabelOf(const Node& primary) const {
    if (!primary.shard.empty()) {
      return primary.shard;
    }
    if (const auto found = followers_.find(&primary); found != followers_.end()) {
      for (const Node* follower : found->second) {
        if (!follower->shard.empty()) {
          return follower->shard;
        }
      }
    }
    // Its shard got pods that are named after it.
    const std::string_view name = ShardNameOf(primary.id);
    return labels_.contains(name) ? name : std::string_view();
  }

  // By a node that lives.
  bool IsFollowed(const Node& primary) const {
    const auto found = followers_.find(&primary);
    return found != followers_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [](const Node* node) { return !IsLost(*node); });
  }

  std::string FreeName(const Node& primary) const {
    const std::string_view label = LabelOf(primary);
    if (!label.empty() && !by_name_.contains(label)) {
      return std::string(label);
    }
    const std::string name(ShardNameOf(primary.id));
    return by_name_.contains(name) ? primary.id : name;
  }

  // Primaries with slots; those with more slots get their label first.
  void AddServing() {
    struct Serving {
      int slots;
      uint64_t config_epoch;
      const Node* node;
    };
    std::vector<Serving> serving;
    for (const auto& [id, node] : snapshot_.nodes()) {
      if (node.role == Role::kPrimary && !node.slots.empty()) {
        serving.push_back({node.slots.size(), node.config_epoch, &node});
      }
    }
    std::stable_sort(serving.begin(), serving.end(), [](const Serving& a, const Serving& b) {
      return std::tie(b.slots, b.config_epoch) < std::tie(a.slots, a.config_epoch);
    });
    by_name_.reserve(serving.size());
    led_by_.reserve(serving.size());
    for (const Serving& primary : serving) {
      Lead(FreeName(*primary.node), *primary.node);
    }
  }

  // Primaries without slots: new shards' primaries, nodes to join, spares, lost ones.
  void AddEmptyPrimaries() {
    std::vector<std::pair<std::string_view, const Node*>> labelled;
    for (const auto& [id, node] : snapshot_.nodes()) {
      if (node.role != Role::kPrimary || !node.slots.empty()) {
        continue;
      }
      if (IsLost(node)) {
        parts_.lost.push_back(&node);
      } else if (const std::string_view label = LabelOf(node); !label.empty()) {
        labelled.emplace_back(label, &node);
      } else if (IsFollowed(node)) {
        Lead(FreeName(node), node);
      } else {
        parts_.spares.push_back(&node);
      }
    }
    std::stable_sort(labelled.begin(), labelled.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto first = labelled.begin(); first != labelled.end();) {
      const auto end = std::find_if(first, labelled.end(),
                                    [&](const auto& other) { return other.first != first->first; });
      AddEmptyPrimaries(std::string(first->first), {&*first, static_cast<size_t>(end - first)});
      first = end;
    }
  }

  // Of one label, and at least one.
  void AddEmptyPrimaries(const std::string& label,
                         std::span<const std::pair<std::string_view, const Node*>> nodes) {
    if (!by_name_.contains(label)) {
      Lead(label, *std::min_element(nodes.begin(), nodes.end(), [&](const auto& a, const auto& b) {
                     return Standing(*a.second) < Standing(*b.second);
                   })->second);
    }
    Shard& shard = *by_name_.at(label);
    for (const auto& [same, node] : nodes) {
      if (node != shard.primary) {
        (IsLost(*node) ? parts_.lost : shard.joining).push_back(node);
      }
    }
  }

  void Lead(const std::string& name, const Node& primary) {
    Shard& shard = shards_.emplace_back();
    shard.name = name;
    shard.primary = &primary;
    by_name_.emplace(shard.name, &shard);
    led_by_.emplace(&primary, &shard);
  }

  // Who of a new shard's nodes is its primary: one the plan appointed, one that is copied,
  // then the lowest member.
  std::tuple<bool, bool, size_t, bool, bool, int, std::string_view> Standing(
      const Node& node) const {
    const auto found = followers_.find(&node);
    const size_t count = found == followers_.end() ? 0 : found->second.size();
    return {IsLost(node) || node.leaving,
            !snapshot_.IsAppointed(node.id),
            ~count,
            node.unobserved,
            !node.shard.empty(),
            node.member,
            node.id};
  }

  // A replica with the label of another shard goes there when that one serves, unless it is needed
  // where it is: a primary that does not serve has all its copies, one with slots at least one in
  // sync.
  bool GoesHome(const Node& node, const Shard& there) const {
    return IsAway(node, there) && Serves(*by_name_.at(node.shard)) && Serves(there) &&
           (there.primary->slots.empty() || HasOwnInSync(there));
  }
  bool Serves(const Shard& shard) const {
    return shard.primary->health == Health::kOk && !shard.primary->unobserved;
  }
  bool IsAway(const Node& node, const Shard& there) const {
    return !node.shard.empty() && node.shard != there.name && by_name_.contains(node.shard);
  }
  bool HasOwnInSync(const Shard& shard) const {
    const std::vector<const Node*>& replicas = snapshot_.ReplicasOf(shard.primary->id);
    return std::any_of(replicas.begin(), replicas.end(), [&](const Node* node) {
      return !IsAway(*node, shard) && node->link == Link::kInSync && !node->unobserved &&
             !node->leaving && !IsLost(*node) && !snapshot_.IsForgotten(node->id);
    });
  }

  void AddReplicas() {
    for (const auto& [node, root] : replicas_) {
      const auto led = root == nullptr ? led_by_.end() : led_by_.find(root);
      if (led != led_by_.end() && !IsLost(*node) && GoesHome(*node, *led->second)) {
        by_name_.at(node->shard)->joining.push_back(node);
      } else if (led != led_by_.end()) {
        (IsLost(*node) ? led->second->lost_replicas : led->second->replicas).push_back(node);
      } else if (IsLost(*node)) {
        parts_.lost.push_back(node);
      } else if (root != nullptr && by_name_.contains(LabelOf(*root))) {
        by_name_.at(LabelOf(*root))->joining.push_back(node);
      } else if (!node->shard.empty() && by_name_.contains(node->shard)) {
        by_name_.at(node->shard)->joining.push_back(node);
      } else {
        parts_.spares.push_back(node);
      }
    }
  }

  const WorkingSnapshot& snapshot_;
  // Each with the primary at the end of its chain, or nullptr. In the order of ids.
  std::vector<std::pair<const Node*, const Node*>> replicas_;
  absl::flat_hash_map<const Node*, absl::InlinedVector<const Node*, 2>> followers_;
  NameViewSet labels_;
  std::deque<Shard> shards_;
  NameViewMap<Shard*> by_name_;
  absl::flat_hash_map<const Node*, Shard*> led_by_;
  ShapeParts parts_;
};

}  // namespace

Shape::Shape(ShapeParts parts)
    : shared_([&] {
        auto shared = std::make_shared<Shared>();
        shared->parts = std::move(parts);
        shared->by_name.reserve(shared->parts.shards.size());
        shared->shard_of.reserve(4 * shared->parts.shards.size());
        for (const Shard& shard : shared->parts.shards) {
          shared->by_name[shard.name] = &shard;
          shared->shard_of[shard.primary] = &shard;
          for (const NodeList* nodes : {&shard.replicas, &shard.joining}) {
            for (const Node* node : *nodes) {
              shared->shard_of[node] = &shard;
            }
          }
        }
        return shared;
      }()),
      shards(shared_->parts.shards),
      spares(shared_->parts.spares),
      lost(shared_->parts.lost) {}

const Shard* Shape::Find(std::string_view name) const {
  const auto found = shared_->by_name.find(name);
  return found == shared_->by_name.end() ? nullptr : found->second;
}

const Shard* Shape::ShardOf(const Node* node) const {
  const auto found = shared_->shard_of.find(node);
  return found == shared_->shard_of.end() ? nullptr : found->second;
}

std::string_view ShardNameOf(std::string_view primary_id) {
  return primary_id.substr(0, kShortNameLength);
}

bool IsLost(const Node& node) { return node.health == Health::kFailed && node.pod.empty(); }

bool ShardNameLess(std::string_view a, std::string_view b) { return OrderOf(a) < OrderOf(b); }

Shape ShapeOf(const WorkingSnapshot& snapshot) { return ShapeBuilder(snapshot).Build(); }

}  // namespace redisop
