#include <fmt/format.h>

#include <algorithm>

#include "services/planner/core/checkers.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {
namespace {

// Pods that Kubernetes cannot run each get a step of their own, which names every node. With more
// of them a plan would grow with the square of the cluster.
constexpr size_t kMetOneByOneMax = 16;

// Whether the node is on its way out and need not see the others any more.
bool IsLeaving(const Draft& draft, const Shape& shape, const Node& node) {
  if (node.leaving || draft.now().IsForgotten(node.id)) {
    return true;
  }
  if (draft.goal.leaving.empty() || !node.slots.empty()) {
    return false;
  }
  const Shard* shard = shape.ShardOf(&node);
  return shard != nullptr && !draft.goal.Keeps(shard->name);
}

// A node that loads its dataset answers no command; members hear of the others by gossip.
bool CanMeet(const Draft& draft, const Shape& shape, const Node& node) {
  return !node.unobserved && !node.loading && node.health != Health::kFailed &&
         !IsLeaving(draft, shape, node);
}

bool IsNew(const Node& node) { return node.alone; }

// A new node with keys of its own beside a cluster. Met, it would lose them: whoever claims their
// slots with a higher config epoch makes it delete them.
bool IsStranger(const WorkingSnapshot& now, const Node& node) {
  return IsNew(node) && node.keys > 0 && !(now.owned() - node.slots).empty();
}

// A pod that waits for a better place than a copy has which is there: the shard does without it.
bool OnlyReplaces(const Draft& draft, const Shape& shape, const Node& node) {
  const Shard* shard = shape.ShardOf(&node);
  if (shard == nullptr) {
    return false;
  }
  int others = 0;
  for (const NodeList* nodes : {&shard->replicas, &shard->joining}) {
    others += static_cast<int>(std::count_if(nodes->begin(), nodes->end(), [&](const Node* other) {
      return Counts(draft.now(), *other) && !IsStuck(draft.now(), *other);
    }));
  }
  return &node != shard->primary && others >= draft.spec.replication_factor;
}

void BlockStrangers(Draft& draft) {
  for (const auto& [id, node] : draft.now().nodes()) {
    if (IsStranger(draft.now(), node)) {
      draft.Block(BlockedCode::kNodesNotEmpty,
                  fmt::format("{} knows nobody, but holds {} keys; it meets the others when it is "
                              "empty",
                              ShortId(id), node.keys),
                  FindingCode::kNodesNotMet);
    }
  }
}

template <typename Condition>
std::vector<NodeId> IdsWhere(const Draft& draft, const Condition& condition) {
  std::vector<NodeId> ids;
  for (const auto& [id, node] : draft.now().nodes()) {
    if (condition(node)) {
      ids.push_back(id);
    }
  }
  return ids;
}

}  // namespace

void MeetKnownNodes(Draft& draft) {
  const Shape shape = draft.shape();
  const auto counts = [&](const Node& node) { return !IsNew(node) && CanMeet(draft, shape, node); };
  const auto misses = [&](const NodeId& other) {
    const Node* peer = draft.now().Find(other);
    return peer != nullptr && counts(*peer);
  };
  size_t apart = 0;
  for (const auto& [id, node] : draft.now().nodes()) {
    const auto& unknown = node.unknown_ids;
    apart += !unknown.empty() && counts(node) && std::any_of(unknown.begin(), unknown.end(), misses)
                 ? 1
                 : 0;
  }
  if (apart == 0) {
    return;
  }
  std::vector<NodeId> known = IdsWhere(draft, counts);
  const size_t count = known.size();
  draft.Propose(MeetNodes{std::move(known)},
                {FindingCode::kNodesNotMet,
                 fmt::format("{} of {} nodes do not know all others", apart, count)});
}

void MeetNewNodes(Draft& draft) {
  const Shape shape = draft.shape();
  BlockStrangers(draft);
  const auto can_meet = [&](const Node& node) {
    return CanMeet(draft, shape, node) && !IsStranger(draft.now(), node);
  };
  const auto is_new = [&](const Node& node) { return IsNew(node) && can_meet(node); };
  // Kubernetes says why the pod doesn't run; nobody should wait for it.
  const std::vector<NodeId> stuck = IdsWhere(draft, [&](const Node& node) {
    return is_new(node) && IsStuck(draft.now(), node) && !OnlyReplaces(draft, shape, node);
  });
  const std::vector<NodeId> fresh = IdsWhere(
      draft, [&](const Node& node) { return is_new(node) && !IsStuck(draft.now(), node); });
  if (stuck.empty() && fresh.empty()) {
    return;
  }
  std::vector<NodeId> all = IdsWhere(draft, [&](const Node& node) {
    return can_meet(node) && !(IsNew(node) && IsStuck(draft.now(), node));
  });
  const auto because = [&](size_t count) {
    return fmt::format("{} new {} {} to know the others", count, count == 1 ? "node" : "nodes",
                       count == 1 ? "has" : "have");
  };
  if (!fresh.empty() && all.size() > 1) {
    draft.Propose(MeetNodes{all}, {FindingCode::kNodesNotMet, because(fresh.size())});
  }
  // One by one, so that none waits for another; so many at once are one fault, and wait together.
  const size_t at_once = stuck.size() <= kMetOneByOneMax ? 1 : stuck.size();
  for (size_t i = 0; i < stuck.size(); i += at_once) {
    all.insert(all.end(), stuck.begin() + static_cast<std::ptrdiff_t>(i),
               stuck.begin() + static_cast<std::ptrdiff_t>(i + at_once));
    std::sort(all.begin(), all.end());
    draft.Propose(MeetNodes{all}, {FindingCode::kNodesNotMet, because(at_once)});
  }
}

}  // namespace redisop
