// How the slots should be spread over the primaries, and which slots move for that.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOT_WISH_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOT_WISH_H_

#include <vector>

#include "common/model/cluster_spec.h"
#include "services/planner/core/goal.h"
#include "services/planner/core/slots/place_slots.h"
#include "services/planner/core/slots/share.h"

namespace redisop {

struct SlotWish {
  std::vector<NodeId> nodes;     // primaries of all shards; the vectors below run parallel
  std::vector<SlotSet> current;  // what they own
  std::vector<int> counts;       // how many they are to own
  SlotSet unowned;
  // Two primaries claim these; nothing is moved before that is settled.
  SlotSet conflict;
  // Every shard that stays weighs 0: there is nobody who could own slots.
  bool nobody = false;
  int moves_minimum = 0;  // M*

  bool IsReached() const;
};

// `give_unowned`: slots without an owner are part of the shares; otherwise they stay as they are.
SlotWish WishFor(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                 const ClusterSpec& spec, const Policy& policy, bool give_unowned);

// The moves that reach the wish; unowned slots have kUnassigned as their source. `snapshot` is the
// one of the wish.
SlotPlacement PlacementFor(const SlotWish& wish, const WorkingSnapshot& snapshot,
                           const Policy& policy, bool give_unowned);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOT_WISH_H_
