// What a balance by keys or memory aims at: shares in units of load instead of numbers of slots.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOAD_WISH_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOAD_WISH_H_

#include <string>
#include <vector>

#include "common/model/cluster_spec.h"
#include "services/planner/core/slots/load_shares.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

struct LoadWish {
  Balance balance = Balance::kKeys;
  SlotLoads loads;  // by slot, and by primary in the order that was given
  LoadShares shares;

  // "1200 keys", "3.5 MiB".
  std::string Text(int64_t load) const;
  // "1200 keys in 400 slots, 80% of its share".
  std::string HeldText(size_t primary) const;
};

// Those of the primaries that own slots and did not say what is in them.
std::vector<NodeId> WithoutSlotLoads(const WorkingSnapshot& snapshot,
                                     const std::vector<NodeId>& primaries);

// Requires: spec.balance is not kSlots; a weight for each primary, one of them above 0; no slot has
// two owners among them. `give_unowned` as in WishFor.
LoadWish LoadWishFor(const WorkingSnapshot& snapshot, const std::vector<NodeId>& primaries,
                     const std::vector<int>& weights, const ClusterSpec& spec, const Policy& policy,
                     bool give_unowned);

// Whether any slot holds anything. While none does, a balance by load is one by slots.
bool IsLoaded(const LoadWish& wish);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_LOAD_WISH_H_
