// A slot map on its way to a balance by load, and who may still give and take.
//
// Nodes above their share give, nodes below it take, from the start to the end: no node does both,
// and what a node took stays with it, so no slot moves twice.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_LOAD_STATE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_LOAD_STATE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/planner/core/slots/load_shares.h"

namespace redisop {

// How much load has to change its owner for all nodes to reach their goal, and the least of it.
struct LoadAmounts {
  std::vector<int64_t> give;  // by node
  std::vector<int64_t> take;  // by node
  int64_t unassigned = 0;     // given by nobody
  int64_t total = 0;          // sum of take = sum of give + unassigned
};

class LoadState {
 public:
  // `fixed`, by slot: stays unless its node gives everything. All three must outlive the state.
  LoadState(const SlotLoads& loads, const LoadShares& shares, const std::vector<bool>& fixed);

  size_t nodes() const { return loads_.weights.size(); }
  size_t slots() const { return owner_.size(); }
  int OwnerOf(size_t slot) const { return owner_[slot]; }
  int64_t LoadOf(size_t slot) const { return loads_.load[slot]; }
  int64_t grain() const { return shares_.grain; }
  // A sixteenth of the average share: there are at most sixteen such slots for each node.
  int64_t LargeSize() const;
  const std::vector<int>& owners() const { return owner_; }

  // What the node holds above its share; below it when negative.
  int64_t ExcessOf(size_t node) const { return excess_[node]; }
  // How far a taker was below its share.
  int64_t RoomAtStart(size_t node) const { return -shares_.Excess(node); }
  int64_t GoalOf(size_t node) const { return shares_.nodes[node].goal; }
  bool IsAboveGoal(size_t node) const { return excess_[node] > GoalOf(node); }
  bool IsBelowGoal(size_t node) const { return excess_[node] < -GoalOf(node); }

  bool GivesAll(size_t node) const { return loads_.weights[node] == 0; }
  bool Gives(size_t node) const { return gives_[node]; }
  bool Takes(size_t node) const { return takes_[node]; }

  // Nobody owns it, or its owner gives it away in any case.
  bool HasToGo(size_t slot) const;
  // Its owner may give it.
  bool MayGo(size_t slot) const;
  // Neither its owner falls below the share by giving it, nor `taker` rises above.
  bool CrossesNoShare(size_t slot, size_t taker) const;

  // Whether the slot has another owner than at the start.
  bool WasMoved(size_t slot) const { return owner_[slot] != loads_.owner[slot]; }
  // Requires: MayGo(slot) or WasMoved(slot), so that no slot moves that has to stay; Takes(taker).
  void Move(size_t slot, size_t taker);

  LoadAmounts Amounts() const;

 private:
  const SlotLoads& loads_;
  const LoadShares& shares_;
  std::vector<int> owner_;
  std::vector<int64_t> excess_;
  std::vector<bool> gives_;
  std::vector<bool> takes_;
  std::vector<bool> stays_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_LOAD_STATE_H_
