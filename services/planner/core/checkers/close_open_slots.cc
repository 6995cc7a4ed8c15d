#include <fmt/format.h>

#include <map>
#include <tuple>

#include "services/planner/core/checkers.h"

namespace redisop {
namespace {

struct Marks {
  std::vector<NodeId> migrating;     // who marks the slot as leaving
  std::vector<NodeId> importing;     // who marks the slot as arriving
  std::vector<NodeId> migrating_to;  // in the order of `migrating`
};

using Key = std::tuple<NodeId, NodeId, CloseOpenSlot::Resolution>;

const Node* OwnerOf(const WorkingSnapshot& now, int slot) {
  for (const auto& [id, node] : now.nodes()) {
    if (node.slots.Contains(slot)) {
      return &node;
    }
  }
  return nullptr;
}

std::map<int, Marks> MarksOf(const WorkingSnapshot& now) {
  std::map<int, Marks> marks;
  for (const auto& [id, node] : now.nodes()) {
    for (const OpenSlot& open : node.open_slots) {
      Marks& of_slot = marks[open.slot];
      if (open.direction == OpenSlot::Direction::kMigrating) {
        of_slot.migrating.push_back(id);
        of_slot.migrating_to.push_back(open.peer);
      } else {
        of_slot.importing.push_back(id);
      }
    }
  }
  return marks;
}

// A target that may keep what it gets.
bool IsGoodTarget(Draft& draft, const NodeId& id) {
  const Node* node = draft.now().Find(id);
  const Shard* shard = draft.shape().ShardOf(node);
  return node != nullptr && node->role == Role::kPrimary && node->health != Health::kFailed &&
         !node->leaving && shard != nullptr && draft.goal.Keeps(shard->name);
}

// Who has taken over from the target that a mark names, with all that had been moved there. A
// target that failed and follows nobody yet is waited for.
NodeId SuccessorOf(const WorkingSnapshot& now, const NodeId& target) {
  const Node* node = now.Find(target);
  return node != nullptr && node->role == Role::kReplica ? node->primary_id : target;
}

// Adds to `closing` how the slot is closed; false when the marks contradict each other.
bool Decide(Draft& draft, int slot, const Marks& marks, std::map<Key, SlotSet>& closing) {
  const Node* owner = OwnerOf(draft.now(), slot);
  if (owner == nullptr) {
    return false;
  }
  std::set<NodeId> targets(marks.importing.begin(), marks.importing.end());
  for (size_t i = 0; i < marks.migrating.size(); ++i) {
    if (marks.migrating[i] == owner->id) {
      targets.insert(SuccessorOf(draft.now(), marks.migrating_to[i]));
    } else {
      // A mark that outlived the move: the slot belongs to somebody else already.
      closing[{marks.migrating[i], owner->id, CloseOpenSlot::Resolution::kUndo}].Add(slot);
    }
  }
  if (targets.erase(owner->id) > 0) {
    closing[{owner->id, NodeId(), CloseOpenSlot::Resolution::kUndo}].Add(slot);
  }
  if (targets.size() > 1) {
    return false;
  }
  if (!targets.empty()) {
    const NodeId target = *targets.begin();
    const bool finish = IsGoodTarget(draft, target);
    closing[{owner->id, target,
             finish ? CloseOpenSlot::Resolution::kFinish : CloseOpenSlot::Resolution::kUndo}]
        .Add(slot);
  }
  return true;
}

}  // namespace

void CloseOpenSlots(Draft& draft) {
  std::map<Key, SlotSet> closing;
  SlotSet unclear;
  for (const auto& [slot, marks] : MarksOf(draft.now())) {
    if (!Decide(draft, slot, marks, closing)) {
      unclear.Add(slot);
    }
  }
  for (const auto& [key, slots] : closing) {
    const auto& [owner, target, resolution] = key;
    const bool finish = resolution == CloseOpenSlot::Resolution::kFinish;
    draft.Propose(CloseOpenSlot{owner, target, slots, resolution},
                  {FindingCode::kSlotOpen,
                   finish ? fmt::format("the move to {} was interrupted; keys may be on both sides",
                                        ShortId(target))
                          : fmt::format("the mark on {} has outlived its move", ShortId(owner))});
  }
  if (!unclear.empty()) {
    draft.Block(BlockedCode::kSlotOwnerUnclear,
                fmt::format("slots {} are open towards several nodes, or have no owner; which of "
                            "them holds the keys cannot be told from the marks",
                            unclear.ToString()),
                FindingCode::kSlotOpen);
  }
}

}  // namespace redisop
