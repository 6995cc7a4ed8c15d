#include "services/planner/core/dependencies.h"

#include <algorithm>

namespace redisop {

struct Dependencies::AccessVisitor {
  const WorkingSnapshot& now;
  using enum Aspect;

  // Steps may name a node by its pod.
  NodeId Of(const NodeId& name) const {
    const Node* node = now.Find(name);
    return node == nullptr ? name : node->id;
  }
  NodeId PrimaryOf(const NodeId& name) const {
    const Node* node = now.Find(name);
    return node != nullptr && node->role == Role::kReplica ? node->primary_id : NodeId();
  }

  Access operator()(const CreatePod& s) const { return {{}, {{s.pod, kExists}}}; }
  Access operator()(const DeletePod& s) const {
    const NodeId id = Of(s.node_id.empty() ? s.pod : s.node_id);
    return {{{id, kMember}, {id, kSlots}}, {{id, kExists}}, {{PrimaryOf(id), kCopies}}};
  }
  Access operator()(const MeetNodes& s) const {
    Access access;
    for (const NodeId& name : s.node_ids) {
      const NodeId id = Of(name);
      access.reads.emplace_back(id, kExists);
      access.writes.emplace_back(id, kMember);
      if (const Node* node = now.Find(id); node != nullptr && node->alone) {
        access.reads.emplace_back(id, kSlots);
      }
    }
    return access;
  }
  Access operator()(const SetConfigEpoch& s) const {
    return {{{Of(s.node_id), kExists}}, {{Of(s.node_id), kMember}}};
  }
  // A new node gets its slots before it meets the others; so this reads what MeetNodes writes only
  // when the node is a member already.
  Access operator()(const AssignSlots& s) const {
    const NodeId id = Of(s.node_id);
    const Node* node = now.Find(id);
    Access access{{{id, kExists}, {id, kRole}}, {{id, kSlots}}};
    if (node != nullptr && !node->alone) {
      access.reads.emplace_back(id, kMember);
      access.reads.emplace_back(id, kCopies);
    }
    return access;
  }
  Access operator()(const AttachReplica& s) const {
    const NodeId replica = Of(s.replica_id);
    const NodeId primary = Of(s.primary_id);
    return {{{replica, kMember}, {primary, kMember}, {primary, kRole}, {primary, kFunctions}},
            {{replica, kRole}},
            {{primary, kCopies}, {PrimaryOf(replica), kCopies}}};
  }
  Access operator()(const MigrateSlots& s) const { return Moving(s.source_id, s.target_id); }
  Access operator()(const CloseOpenSlot& s) const { return Moving(s.owner_id, s.target_id); }
  Access operator()(const PromoteReplica& s) const { return Failover(s.replica_id, s.primary_id); }
  Access operator()(const TakeOver& s) const { return Failover(s.replica_id, s.primary_id); }
  Access operator()(const ForgetNode& s) const {
    const NodeId id = Of(s.node_id);
    // A replica is needed until its primary has nothing to move any more.
    return {{{id, kExists}, {id, kSlots}, {id, kRole}, {id, kCopies}, {PrimaryOf(id), kSlots}},
            {{id, kMember}},
            {{PrimaryOf(id), kCopies}}};
  }
  Access operator()(const ResetEmptyNode& s) const {
    const NodeId id = Of(s.node_id);
    return {{{id, kExists}}, {{id, kMember}, {id, kRole}, {id, kSlots}}};
  }
  Access operator()(const CopyFunctions& s) const {
    const NodeId target = Of(s.target_id);
    return {{{Of(s.source_id), kMember}, {target, kMember}}, {{target, kFunctions}}};
  }
  Access operator()(const SetConfig& s) const {
    Access access;
    for (const NodeId& name : s.node_ids) {
      access.reads.emplace_back(Of(name), kExists);
    }
    return access;
  }

  // A target's replicas are in sync, and its functions there, before data arrives.
  Access Moving(const NodeId& from, const NodeId& to) const {
    const NodeId source = Of(from);
    const NodeId target = Of(to);
    return {{{source, kMember},
             {target, kMember},
             {source, kRole},
             {target, kRole},
             {target, kCopies},
             {target, kFunctions}},
            {{source, kSlots}, {target, kSlots}}};
  }
  // One failover at a time in the whole cluster: votes of several at once are split.
  Access Failover(const NodeId& to, const NodeId& from) const {
    const NodeId replica = Of(to);
    const NodeId primary = Of(from);
    return {{{replica, kMember}, {primary, kMember}},
            {{replica, kRole},
             {primary, kRole},
             {replica, kSlots},
             {primary, kSlots},
             {replica, kCopies},
             {primary, kCopies},
             {NodeId(), kFailover}}};
  }
};

std::vector<size_t> Dependencies::Add(size_t number, const StepKind& kind,
                                      const WorkingSnapshot& before, std::set<size_t> also_after) {
  const Access access = std::visit(AccessVisitor{before}, kind);
  std::set<size_t> after = std::move(also_after);
  for (const Key& key : access.reads) {
    History& history = history_[key];
    after.insert(history.writers.begin(), history.writers.end());
    history.readers.insert(number);
  }
  for (const Key& key : access.writes) {
    History& history = history_[key];
    after.insert(history.writers.begin(), history.writers.end());
    after.insert(history.readers.begin(), history.readers.end());
    history = {{number}, {}};
  }
  for (const Key& key : access.joins) {
    if (!key.first.empty()) {
      history_[key].writers.insert(number);
    }
  }
  after.erase(number);
  std::set<size_t> implied;
  for (const size_t step : after) {
    const auto& earlier = waits_for_[step];
    implied.insert(earlier.begin(), earlier.end());
  }
  std::vector<size_t> result;
  std::set_difference(after.begin(), after.end(), implied.begin(), implied.end(),
                      std::back_inserter(result));
  waits_for_[number] = result;
  return result;
}

}  // namespace redisop
