// What `redis-cli --cluster rebalance --cluster-use-empty-masters` does, as a pure function, so
// that a thousand clusters can be compared without a thousand clusters. rebalance_bench holds it
// against the real redis-cli.
//
// Source: redis-cli.c of Redis 7.0.15, clusterManagerCommandRebalance and
// clusterManagerComputeReshardTable.

#ifndef REDIS_OPERATOR_BENCH_REBALANCE_REDIS_CLI_REBALANCE_H_
#define REDIS_OPERATOR_BENCH_REBALANCE_REDIS_CLI_REBALANCE_H_

#include <vector>

#include "common/model/slot_set.h"

namespace redisop::bench {

// One line of its output: "Moving <count> slots from <source> to <target>".
struct CliMove {
  int source = 0;
  int target = 0;
  int count = 0;
  friend bool operator==(const CliMove&, const CliMove&) = default;
};

// The moves for primaries that own `slots`, in the order in which redis-cli lists its nodes, with
// --cluster-threshold `threshold_percent`. Requires: threshold_percent > 0 (redis-cli takes 0 for
// "never").
std::vector<CliMove> RedisCliMoves(const std::vector<SlotSet>& slots, double threshold_percent);

// What the primaries own after the moves: each takes the lowest-numbered slots of its source.
std::vector<SlotSet> AfterMoves(std::vector<SlotSet> slots, const std::vector<CliMove>& moves);

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_REBALANCE_REDIS_CLI_REBALANCE_H_
