// Slot maps as clusters have them when somebody thinks of rebalancing.

#ifndef REDIS_OPERATOR_BENCH_REBALANCE_RANDOM_SLOTS_H_
#define REDIS_OPERATOR_BENCH_REBALANCE_RANDOM_SLOTS_H_

#include <random>
#include <vector>

#include "common/model/slot_set.h"

namespace redisop::bench {

// What each of `nodes` primaries owns; all slots have one owner. Uneven, some primaries empty, from
// one range each to 2000 ranges in all, or as a history of `redis-cli --cluster rebalance` left
// it. Requires: nodes >= 2.
std::vector<SlotSet> RandomSlots(int nodes, std::mt19937_64& random);

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_REBALANCE_RANDOM_SLOTS_H_
