#include "services/planner/core/step.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "services/planner/core/load.h"

namespace redisop {
namespace {

bool SameNode(const Node* node, std::string_view id_or_pod) {
  return node != nullptr && (node->id == id_or_pod || node->pod == id_or_pod);
}

std::unordered_set<const Node*> NodesNamed(const WorkingSnapshot& now, const MeetNodes& step) {
  std::unordered_set<const Node*> nodes;
  for (const NodeId& name : step.node_ids) {
    nodes.insert(now.Find(name));
  }
  nodes.erase(nullptr);
  return nodes;
}

struct DoneVisitor {
  const WorkingSnapshot& now;

  bool operator()(const CreatePod& s) const {
    const Node* node = now.Find(s.pod);
    return node != nullptr && !node->unobserved && now.WaitingPod(node->id) == nullptr;
  }
  bool operator()(const DeletePod& s) const {
    const Node* node = now.Find(s.node_id.empty() ? s.pod : s.node_id);
    return node == nullptr || (!s.pod_uid.empty() && node->pod_uid != s.pod_uid);
  }
  bool operator()(const MeetNodes& s) const {
    const std::unordered_set<const Node*> nodes = NodesNamed(now, s);
    return std::all_of(s.node_ids.begin(), s.node_ids.end(), [&](const NodeId& name) {
      const Node* node = now.Find(name);
      return node != nullptr && !(node->alone && s.node_ids.size() > 1) &&
             !now.IsForgotten(node->id) &&
             std::none_of(node->unknown_ids.begin(), node->unknown_ids.end(),
                          [&](const NodeId& other) { return nodes.contains(now.Find(other)); });
    });
  }
  bool operator()(const SetConfigEpoch& s) const {
    const Node* node = now.Find(s.node_id);
    return node != nullptr && node->config_epoch != 0;
  }
  bool operator()(const AssignSlots& s) const {
    const Node* node = now.Find(s.node_id);
    return node != nullptr && (s.slots - node->slots).empty();
  }
  bool operator()(const AttachReplica& s) const {
    const Node* replica = now.Find(s.replica_id);
    return replica != nullptr && replica->role == Role::kReplica &&
           SameNode(now.Find(replica->primary_id), s.primary_id) && replica->link == Link::kInSync;
  }
  bool operator()(const MigrateSlots& s) const {
    const Node* target = now.Find(s.target_id);
    return target != nullptr && (s.slots - target->slots).empty();
  }
  bool operator()(const CloseOpenSlot& s) const {
    for (const NodeId& id : {s.owner_id, s.target_id}) {
      const Node* node = now.Find(id);
      if (node != nullptr &&
          std::any_of(node->open_slots.begin(), node->open_slots.end(),
                      [&](const OpenSlot& open) { return s.slots.Contains(open.slot); })) {
        return false;
      }
    }
    return true;
  }
  bool operator()(const PromoteReplica& s) const { return IsPrimary(s.replica_id); }
  bool operator()(const TakeOver& s) const { return IsPrimary(s.replica_id); }
  bool operator()(const ForgetNode& s) const {
    const Node* node = now.Find(s.node_id);
    return node == nullptr || now.IsForgotten(node->id);
  }
  bool operator()(const ResetEmptyNode& s) const {
    const Node* node = now.Find(s.node_id);
    return node != nullptr && node->alone;
  }
  bool operator()(const CopyFunctions& s) const {
    const Node* target = now.Find(s.target_id);
    return target != nullptr && !now.lacking_functions().contains(target->id);
  }
  // Settings are not part of a snapshot.
  bool operator()(const SetConfig&) const { return false; }

  bool IsPrimary(const NodeId& id) const {
    const Node* node = now.Find(id);
    return node != nullptr && node->role == Role::kPrimary;
  }
};

struct ApplyVisitor {
  WorkingSnapshot& now;

  void operator()(const CreatePod& s) const {
    if (now.Find(s.pod) != nullptr) {
      return;
    }
    Node node;
    node.id = s.pod;
    node.pod = s.pod;
    node.shard = s.shard;
    node.member = s.member;
    node.zone = s.zone;
    now.AddPending(std::move(node));
  }
  void operator()(const DeletePod& s) const {
    const Node* node = now.Find(s.node_id.empty() ? s.pod : s.node_id);
    if (node != nullptr && (s.pod_uid.empty() || node->pod_uid == s.pod_uid)) {
      now.Remove(NodeId(node->id));
    }
    now.RemoveLeavingPod(s.pod, s.pod_uid);
  }
  void operator()(const MeetNodes& s) const {
    const std::unordered_set<const Node*> nodes = NodesNamed(now, s);
    for (const NodeId& name : s.node_ids) {
      now.Change(name, [&](Node& node) {
        node.alone = node.alone && nodes.size() == 1;
        std::erase_if(node.unknown_ids,
                      [&](const NodeId& other) { return nodes.contains(now.Find(other)); });
        now.MarkMet(node.id);
      });
    }
  }
  void operator()(const SetConfigEpoch& s) const {
    now.Change(s.node_id, [&](Node& node) {
      node.config_epoch = node.config_epoch == 0 ? s.epoch : node.config_epoch;
    });
  }
  void operator()(const AssignSlots& s) const {
    now.Change(s.node_id, [&](Node& node) {
      if (node.slots.empty() || !node.slot_loads.empty()) {
        AddEmptySlots(s.slots, node);
      }
      node.slots.Add(s.slots);
    });
  }
  void operator()(const AttachReplica& s) const {
    if (const Node* primary = now.Find(s.primary_id); primary != nullptr) {
      now.Change(s.replica_id, [&](Node& replica) {
        replica.role = Role::kReplica;
        replica.primary_id = primary->id;
        replica.link = Link::kInSync;
        replica.lag_bytes = 0;
        replica.keys = primary->keys;
        replica.used_memory_bytes = primary->used_memory_bytes;
      });
    }
  }
  void operator()(const MigrateSlots& s) const { Move(s.source_id, s.target_id, s.slots); }
  void operator()(const CloseOpenSlot& s) const {
    for (const NodeId& id : {s.owner_id, s.target_id}) {
      now.Change(id, [&](Node& node) {
        std::erase_if(node.open_slots,
                      [&](const OpenSlot& open) { return s.slots.Contains(open.slot); });
      });
    }
    if (s.resolution == CloseOpenSlot::Resolution::kFinish) {
      Move(s.owner_id, s.target_id, s.slots);
    }
  }
  void operator()(const PromoteReplica& s) const { ChangePrimary(s.replica_id, s.primary_id); }
  void operator()(const TakeOver& s) const { ChangePrimary(s.replica_id, s.primary_id); }
  void operator()(const ForgetNode& s) const {
    const Node* node = now.Find(s.node_id);
    if (node == nullptr) {
      return;
    }
    const NodeId id = node->id;
    if (node->pod.empty() && (node->unobserved || node->health == Health::kFailed)) {
      now.Remove(id);
    } else {
      now.Forget(id);
    }
  }
  void operator()(const ResetEmptyNode& s) const {
    now.Change(s.node_id, [&](Node& node) {
      node.alone = true;
      node.role = Role::kPrimary;
      node.primary_id.clear();
      node.unknown_ids.clear();
      now.MarkMet(node.id);
    });
  }
  void operator()(const CopyFunctions& s) const {
    if (const Node* target = now.Find(s.target_id); target != nullptr) {
      now.lacking_functions().erase(target->id);
    }
  }
  void operator()(const SetConfig&) const {}

  void Move(const NodeId& from, const NodeId& to, const SlotSet& slots) const {
    if (now.Find(to) == nullptr) {
      return;
    }
    StepSize load;
    bool source_tells = false;
    std::vector<SlotLoad> loads;
    SlotSet moved;
    now.Change(from, [&](Node& source) {
      moved = slots & source.slots;
      load = LoadOf(source, moved);
      source.slots.Remove(moved);
      source.keys = source.slots.empty() ? 0 : source.keys - std::min(source.keys, load.keys);
      source.used_memory_bytes -= std::min(source.used_memory_bytes, load.bytes);
      source_tells = !source.slot_loads.empty();
      loads = TakeLoads(source, moved);
    });
    now.Change(to, [&](Node& target) {
      target.slots.Add(moved);
      target.keys += load.keys;
      target.used_memory_bytes += load.bytes;
      // It tells of all its slots or of none.
      const bool owned_others = target.slots.size() > moved.size();
      if (!source_tells || (target.slot_loads.empty() && owned_others)) {
        target.slot_loads.clear();
        return;
      }
      target.slot_loads.insert(target.slot_loads.end(), loads.begin(), loads.end());
      AddEmptySlots(moved, target);
    });
  }

  // Slots of which nothing else is known hold nothing.
  static void AddEmptySlots(SlotSet slots, Node& node) {
    for (const SlotLoad& load : node.slot_loads) {
      slots.Remove(SlotSet(load.slots));
    }
    for (const SlotRange& range : slots.Ranges()) {
      node.slot_loads.push_back({range, 0, 0});
    }
    std::sort(node.slot_loads.begin(), node.slot_loads.end(),
              [](const SlotLoad& a, const SlotLoad& b) { return a.slots.first < b.slots.first; });
  }

  // What the source knew of the slots that leave it.
  static std::vector<SlotLoad> TakeLoads(Node& source, const SlotSet& moved) {
    std::vector<SlotLoad> kept;
    std::vector<SlotLoad> taken;
    for (const SlotLoad& load : source.slot_loads) {
      const SlotSet slots(load.slots);
      for (const SlotRange& range : (slots - moved).Ranges()) {
        kept.push_back({range, load.keys, load.bytes});
      }
      for (const SlotRange& range : (slots & moved).Ranges()) {
        taken.push_back({range, load.keys, load.bytes});
      }
    }
    source.slot_loads = std::move(kept);
    return taken;
  }

  // Everything that copied the old primary copies the new one; the old one too, while it lives.
  void ChangePrimary(const NodeId& to, const NodeId& from) const {
    const Node* next = now.Find(to);
    const Node* old = now.Find(from);
    if (next == nullptr || next->role == Role::kPrimary) {
      return;
    }
    SlotSet slots;
    std::vector<SlotLoad> loads;
    std::vector<const Node*> followers;
    if (old != nullptr) {
      followers = now.ReplicasOf(old->id);
      now.Change(from, [&](Node& node) {
        slots = std::exchange(node.slots, SlotSet());
        loads = std::exchange(node.slot_loads, {});
        if (node.health != Health::kFailed) {
          node.role = Role::kReplica;
          node.primary_id = next->id;
          node.link = Link::kInSync;
        }
      });
    }
    for (const Node* follower : followers) {
      now.Change(follower->id, [&](Node& node) { node.primary_id = next->id; });
    }
    now.Change(to, [&](Node& node) {
      node.role = Role::kPrimary;
      node.primary_id.clear();
      if (old != nullptr) {
        node.slots.Add(slots);
        node.slot_loads = std::move(loads);
      }
    });
  }
};

}  // namespace

bool IsDone(const StepKind& kind, const WorkingSnapshot& snapshot) {
  return std::visit(DoneVisitor{snapshot}, kind);
}

void Apply(const StepKind& kind, WorkingSnapshot& snapshot) {
  std::visit(ApplyVisitor{snapshot}, kind);
}

}  // namespace redisop
