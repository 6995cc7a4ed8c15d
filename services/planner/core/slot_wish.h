// How the slots should be spread over the primaries, and which slots move for that.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOT_WISH_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOT_WISH_H_

#include <optional>
#include <vector>

#include "common/model/cluster_spec.h"
#include "services/planner/core/goal.h"
#include "services/planner/core/load_wish.h"
#include "services/planner/core/slots/place_slots.h"
#include "services/planner/core/slots/share.h"

namespace redisop {

struct SlotWish {
  std::vector<NodeId> nodes;     // primaries of all shards; the vectors below run parallel
  std::vector<SlotSet> current;  // what they own
  std::vector<int> weights;      // 0: keeps no slots
  std::vector<int> counts;       // how many they are to own; by keys or memory only 0 means that
  SlotSet unowned;
  // Two primaries claim these; nothing is moved before that is settled.
  SlotSet conflict;
  // Every shard that stays weighs 0: there is nobody who could own slots.
  bool nobody = false;
  int moves_minimum = 0;  // M*; by keys or memory the slots that have to leave their primary
  // Set when the balance goes by keys or memory.
  std::optional<LoadWish> load;
  // It should, but these did not say what is in their slots. So slots stay, apart from those that
  // have to leave their primary.
  std::vector<NodeId> without_loads;

  bool IsReached() const;
  // Whether a node owns what it is to own.
  bool IsReachedBy(size_t node) const;
};

// `give_unowned`: slots without an owner are part of the shares; otherwise they stay as they are.
SlotWish WishFor(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                 const ClusterSpec& spec, const Policy& policy, bool give_unowned);

struct WishedPlacement {
  std::vector<SlotTransfer> transfers;  // unowned slots have kUnassigned as their source
  // The least load that any plan moves, when the balance goes by keys or memory.
  int64_t load_moved_minimum = 0;
};

// The moves that reach the wish. `snapshot` is the one of the wish. `closed`: slots that the plan
// has moved already; by keys or memory they stay where they are, if they may.
WishedPlacement PlacementFor(const SlotWish& wish, const WorkingSnapshot& snapshot,
                             const Policy& policy, const SlotSet& closed, bool give_unowned);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOT_WISH_H_
