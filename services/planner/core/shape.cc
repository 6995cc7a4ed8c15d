#include "services/planner/core/shape.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace redisop {
namespace {

constexpr int kReplicaChainMax = 64;
constexpr size_t kShortNameLength = 8;

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

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
    for (const auto& [id, node] : snapshot.nodes()) {
      labels_.insert(node.shard);
      if (node.role == Role::kReplica) {
        const Node* root = RootOf(snapshot, node);
        if (root != nullptr) {
          followers_[root->id].push_back(&node);
        }
      }
    }
  }

  Shape Build() {
    AddServing();
    AddEmptyPrimaries();
    AddReplicas();
    std::vector<Shard> shards;
    for (auto& [name, shard] : by_name_) {
      shards.push_back(std::move(shard));
    }
    std::sort(shards.begin(), shards.end(),
              [](const Shard& a, const Shard& b) { return ShardNameLess(a.name, b.name); });
    shape_.shards = std::move(shards);
    for (size_t i = 0; i < shape_.shards.size(); ++i) {
      const Shard& shard = shape_.shards[i];
      shape_.shard_of[shard.primary] = i;
      for (const auto* ids : {&shard.replicas, &shard.joining}) {
        for (const NodeId& id : *ids) {
          shape_.shard_of[id] = i;
        }
      }
    }
    shape_.shard_of.erase(NodeId());
    return std::move(shape_);
  }

 private:
  std::string LabelOf(const Node& primary) const {
    if (!primary.shard.empty()) {
      return primary.shard;
    }
    if (const auto found = followers_.find(primary.id); found != followers_.end()) {
      for (const Node* follower : found->second) {
        if (!follower->shard.empty()) {
          return follower->shard;
        }
      }
    }
    // Its shard got pods that are named after it.
    const std::string name(ShardNameOf(primary.id));
    return labels_.contains(name) ? name : std::string();
  }

  // By a node that lives.
  bool IsFollowed(const NodeId& id) const {
    const auto found = followers_.find(id);
    return found != followers_.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [](const Node* node) { return !IsLost(*node); });
  }

  std::string FreeName(const Node& primary) const {
    const std::string label = LabelOf(primary);
    if (!label.empty() && !by_name_.contains(label)) {
      return label;
    }
    const std::string name(ShardNameOf(primary.id));
    return by_name_.contains(name) ? primary.id : name;
  }

  // Primaries with slots; those with more slots get their label first.
  void AddServing() {
    std::vector<const Node*> serving;
    for (const auto& [id, node] : snapshot_.nodes()) {
      if (node.role == Role::kPrimary && !node.slots.empty()) {
        serving.push_back(&node);
      }
    }
    std::stable_sort(serving.begin(), serving.end(), [](const Node* a, const Node* b) {
      return std::tuple(-a->slots.size(), b->config_epoch) <
             std::tuple(-b->slots.size(), a->config_epoch);
    });
    for (const Node* node : serving) {
      const std::string name = FreeName(*node);
      by_name_[name] = Shard{
          .name = name, .primary = node->id, .replicas = {}, .joining = {}, .lost_replicas = {}};
      name_of_primary_[node->id] = name;
    }
  }

  // Primaries without slots: new shards' primaries, nodes to join, spares, lost ones.
  void AddEmptyPrimaries() {
    std::map<std::string, std::vector<const Node*>> by_label;
    for (const auto& [id, node] : snapshot_.nodes()) {
      if (node.role != Role::kPrimary || !node.slots.empty()) {
        continue;
      }
      const bool followed = IsFollowed(id);
      if (IsLost(node)) {
        shape_.lost.push_back(id);
      } else if (const std::string label = LabelOf(node); !label.empty()) {
        by_label[label].push_back(&node);
      } else if (followed) {
        const std::string name = FreeName(node);
        by_name_[name].name = name;
        by_name_[name].primary = id;
        name_of_primary_[id] = name;
      } else {
        shape_.spares.push_back(id);
      }
    }
    for (auto& [label, nodes] : by_label) {
      const bool served = by_name_.contains(label);
      Shard& shard = by_name_[label];
      shard.name = label;
      if (!served) {
        const Node* primary = *std::min_element(
            nodes.begin(), nodes.end(),
            [&](const Node* a, const Node* b) { return Standing(*a) < Standing(*b); });
        shard.primary = primary->id;
        name_of_primary_[primary->id] = label;
      }
      for (const Node* node : nodes) {
        if (node->id != shard.primary) {
          (IsLost(*node) ? shape_.lost : shard.joining).push_back(node->id);
        }
      }
      std::sort(shard.joining.begin(), shard.joining.end());
    }
  }

  // Who of a new shard's nodes is its primary: one the plan appointed, one that is copied,
  // then the lowest member.
  std::tuple<bool, bool, size_t, bool, bool, int, NodeId> Standing(const Node& node) const {
    const auto found = followers_.find(node.id);
    const size_t count = found == followers_.end() ? 0 : found->second.size();
    return {IsLost(node) || node.leaving,
            !snapshot_.IsAppointed(node.id),
            ~count,
            node.unobserved,
            !node.shard.empty(),
            node.member,
            node.id};
  }

  void AddReplicas() {
    for (const auto& [id, node] : snapshot_.nodes()) {
      if (node.role != Role::kReplica) {
        continue;
      }
      const Node* root = RootOf(snapshot_, node);
      const auto name = root == nullptr ? name_of_primary_.end() : name_of_primary_.find(root->id);
      if (name != name_of_primary_.end()) {
        Shard& shard = by_name_[name->second];
        (IsLost(node) ? shard.lost_replicas : shard.replicas).push_back(id);
      } else if (IsLost(node)) {
        shape_.lost.push_back(id);
      } else if (root != nullptr && by_name_.contains(LabelOf(*root))) {
        by_name_[LabelOf(*root)].joining.push_back(id);
      } else if (!node.shard.empty() && by_name_.contains(node.shard)) {
        by_name_[node.shard].joining.push_back(id);
      } else {
        shape_.spares.push_back(id);
      }
    }
  }

  const WorkingSnapshot& snapshot_;
  std::map<NodeId, std::vector<const Node*>> followers_;
  std::set<std::string> labels_;
  std::map<std::string, Shard> by_name_;
  std::map<NodeId, std::string> name_of_primary_;
  Shape shape_;
};

}  // namespace

const Shard* Shape::Find(std::string_view name) const {
  const auto found = std::find_if(shards.begin(), shards.end(),
                                  [&](const Shard& shard) { return shard.name == name; });
  return found == shards.end() ? nullptr : &*found;
}

const Shard* Shape::ShardOf(const NodeId& id) const {
  const auto found = shard_of.find(id);
  return found == shard_of.end() ? nullptr : &shards[found->second];
}

std::string_view ShardNameOf(std::string_view primary_id) {
  return primary_id.substr(0, kShortNameLength);
}

bool IsLost(const Node& node) { return node.health == Health::kFailed && node.pod.empty(); }

bool ShardNameLess(std::string_view a, std::string_view b) {
  const bool number_a = IsNumber(a);
  const bool number_b = IsNumber(b);
  if (number_a != number_b) {
    return number_a;
  }
  return number_a && a.size() != b.size() ? a.size() < b.size() : a < b;
}

Shape ShapeOf(const WorkingSnapshot& snapshot) { return ShapeBuilder(snapshot).Build(); }

}  // namespace redisop
