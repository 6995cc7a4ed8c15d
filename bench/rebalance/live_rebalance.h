// The same comparison on running servers: the real redis-cli beside the real agent and planner.

#ifndef REDIS_OPERATOR_BENCH_REBALANCE_LIVE_REBALANCE_H_
#define REDIS_OPERATOR_BENCH_REBALANCE_LIVE_REBALANCE_H_

#include <vector>

#include "bench/rebalance/comparison.h"
#include "bench/rebalance/redis_cli_rebalance.h"
#include "services/agent/testing/live_cluster.h"

namespace redisop::bench {

struct LiveCompared {
  Rebalanced redis_cli;
  Rebalanced planner;
  // What redis-cli printed, and what RedisCliMoves says it should have printed; by the place in the
  // order in which redis-cli lists the nodes.
  std::vector<CliMove> printed;
  std::vector<CliMove> computed;
  // Of whole commands, from start to end: `redis-cli --cluster rebalance --cluster-simulate`,
  // `redis-operator-agent snapshot | redis-operator-planner explain`, and explain alone.
  double redis_cli_seconds = 0;
  double pipe_seconds = 0;
  double explain_seconds = 0;
};

// Gives node i of `cluster` the slots of slots[i], waits until all nodes agree, and asks both.
// Requires: a cluster of primaries without keys, as many as `slots`. Ends the program when a
// command fails or the nodes do not agree within a minute.
LiveCompared CompareLive(LiveCluster& cluster, const std::vector<SlotSet>& slots,
                         const Tolerance& tolerance);

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_REBALANCE_LIVE_REBALANCE_H_
