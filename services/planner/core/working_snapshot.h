// A snapshot that steps are applied to while a plan is worked out or simulated: nodes are found by
// id or by pod at once, and iterated in the order of their ids.
//
// It also keeps what gates and checkers ask about all nodes (who copies whom, which slots are
// owned, who votes), so that a step costs the same in large clusters as in small ones. Nodes are
// changed through Change() only; it keeps these facts true.
//
// Pods that wait for their node stand in as nodes whose id is the pod's name (IsPending), because
// steps name them so. Moves, but is not copied; not for several threads at a time.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_WORKING_SNAPSHOT_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_WORKING_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "common/model/cluster_snapshot.h"
#include "services/planner/core/name_table.h"

namespace redisop {

class WorkingSnapshot {
 public:
  // Requires: no id twice.
  explicit WorkingSnapshot(ClusterSnapshot snapshot);
  WorkingSnapshot(WorkingSnapshot&&) = default;

  // All nodes, also the stand-ins of pods, in the order of their ids:
  //   for (const auto& [id, node] : snapshot.nodes())
  class Nodes;
  Nodes nodes() const;

  // The node with this id, or with this pod unless that one is leaving; nullptr when there is none.
  // Valid until the node is removed.
  const Node* Find(std::string_view id_or_pod) const;

  // Lets `change` (void(Node&)) change the node, but not its id or its pod. Nothing happens when
  // there is no such node.
  template <typename F>
  void Change(std::string_view id_or_pod, F change);

  // Whoever holds on to the node sees an empty primary that is leaving.
  void Remove(std::string_view id);

  // True for the stand-in of a pod that has no node yet, created by the plan or waiting.
  bool IsPending(std::string_view id) const { return Has(pending_, id); }
  // Its pod is there already; nullptr when the plan creates it, or it is a real node.
  const Pod* WaitingPod(std::string_view id) const;
  // All such pods, by name.
  const std::map<std::string, Pod, std::less<>>& waiting_pods() const { return waiting_pods_; }
  // Whether the name is taken by any pod, also one that is leaving.
  bool PodNameTaken(std::string_view pod) const;

  // Adds the stand-in of a pod that the plan creates. Requires: no node has its id.
  void AddPending(Node node);

  // True when no other observed node knows it any more.
  bool IsForgotten(std::string_view id) const { return Has(forgotten_, id); }
  void Forget(const NodeId& id) { forgotten_.insert(id); }
  void MarkMet(const NodeId& id) { forgotten_.erase(id); }

  // Nodes that the plan makes the primary of their shard before anybody copies them.
  void Appoint(const NodeId& id);
  bool IsAppointed(std::string_view id) const { return Has(appointed_, id); }

  void RemoveLeavingPod(std::string_view pod, std::string_view uid);
  const std::vector<Host>& hosts() const { return hosts_; }
  const std::vector<SlotAttribution>& attributed() const { return attributed_; }
  // Was formed once, as stated or as the nodes show: some that own slots know others.
  bool formed() const { return formed_; }
  std::set<NodeId>& lacking_functions() { return lacking_functions_; }
  const std::set<NodeId>& lacking_functions() const { return lacking_functions_; }

  // The replicas that name this node their primary, in the order of their ids. Valid until a node
  // changes.
  const std::vector<const Node*>& ReplicasOf(std::string_view primary_id) const;

  // Every slot that some node owns.
  const SlotSet& owned() const { return owned_; }
  // Those that several own.
  const SlotSet& contested() const { return contested_; }
  // Whether a node other than `owner` owns one of `slots`.
  bool OthersOwn(const SlotSet& slots, const Node& owner) const;

  // Primaries with slots, and those of them that answer and have not failed.
  int voters() const { return voters_; }
  int voters_there() const { return voters_there_; }

  // Another number after every change that can change the shards (shape.h): nodes that come or go,
  // roles, labels, who has slots at all. How many slots decides only who of two primaries with one
  // label gets it, and whoever has it keeps it while slots move.
  uint64_t shape_version() const { return shape_version_; }

  // As a plain snapshot, in canonical order.
  ClusterSnapshot ToSnapshot() const;

 private:
  // What of a node the facts about all nodes are made of. Of none: the default.
  struct Part {
    Role role = Role::kPrimary;
    NodeId primary_id;
    std::string shard;
    SlotSet slots;
    bool votes = false;
    bool there = false;
  };
  static Part PartOf(const Node& node);

  // Mostly there are none; then nothing is looked up.
  static bool Has(const NameSet& names, std::string_view id) {
    return !names.empty() && names.contains(id);
  }
  Node* FindOwn(std::string_view id_or_pod) const;
  std::vector<Node*>::iterator PlaceOf(std::string_view id);
  // Lists a node that is in observed_ or added_ and in in_order_.
  void List(Node& node);
  // Brings the facts up to date after the node's part in them was `before`.
  void Recount(const Node& node, const Part& before);
  void CountOwned(const SlotSet& before, const SlotSet& after);

  // Nodes stay where they are while this object lives, those that were removed too.
  std::vector<Node> observed_;
  std::deque<Node> added_;
  std::vector<Node*> in_order_;
  NameViewMap<Node*> by_id_;
  NameViewMap<absl::InlinedVector<Node*, 1>> by_pod_;  // nearly always one
  NameMap<std::vector<const Node*>> replicas_;         // by the id of the primary
  SlotSet owned_;
  SlotSet contested_;  // owned by several
  int voters_ = 0;
  int voters_there_ = 0;
  uint64_t shape_version_ = 0;

  std::map<std::string, Pod, std::less<>> waiting_pods_;
  std::multimap<std::string, Pod, std::less<>> leaving_pods_;
  NameSet pending_;
  NameSet forgotten_;
  NameSet appointed_;
  std::set<NodeId> lacking_functions_;
  std::vector<Host> hosts_;
  std::vector<SlotAttribution> attributed_;
  bool formed_ = false;
};

class WorkingSnapshot::Nodes {
 public:
  struct Entry {
    const NodeId& id;
    const Node& node;
  };
  class Iterator {
   public:
    explicit Iterator(Node* const* at) : at_(at) {}
    Entry operator*() const { return {(*at_)->id, **at_}; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    Node* const* at_;
  };

  explicit Nodes(const std::vector<Node*>& in_order) : in_order_(in_order) {}
  Iterator begin() const { return Iterator(in_order_.data()); }
  Iterator end() const { return Iterator(in_order_.data() + in_order_.size()); }
  size_t size() const { return in_order_.size(); }

 private:
  const std::vector<Node*>& in_order_;
};

inline WorkingSnapshot::Nodes WorkingSnapshot::nodes() const { return Nodes(in_order_); }

template <typename F>
void WorkingSnapshot::Change(std::string_view id_or_pod, F change) {
  if (Node* node = FindOwn(id_or_pod); node != nullptr) {
    const Part before = PartOf(*node);
    change(*node);
    Recount(*node, before);
  }
}

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_WORKING_SNAPSHOT_H_
