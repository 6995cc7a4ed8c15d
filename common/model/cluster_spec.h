// What is wished for, and the limits a plan must stay within. Wire forms:
// redisoperator.planner.v1.ClusterSpec and Policy, where the bounds and defaults are described;
// values of these types are within the bounds.

#ifndef REDIS_OPERATOR_COMMON_MODEL_CLUSTER_SPEC_H_
#define REDIS_OPERATOR_COMMON_MODEL_CLUSTER_SPEC_H_

#include <map>
#include <string>
#include <vector>

namespace redisop {

enum class Spread { kPreferred, kRequired };

// What every primary gets its share of.
enum class Balance { kSlots, kKeys, kMemory };

struct ClusterSpec {
  int number_of_primaries = 3;  // 1…1000
  int replication_factor = 1;   // replicas of each primary, 0…5
  std::string name = "redis";   // prefix of the pods' names: <name>-<shard>-<member>
  Spread hosts = Spread::kPreferred;
  Spread zones = Spread::kPreferred;
  // By name of the shard, 0…1000; shards that are not named weigh 1. A weight of 0: it keeps no
  // slots.
  std::map<std::string, int> shard_weights = {};
  Balance balance = Balance::kSlots;
  friend bool operator==(const ClusterSpec&, const ClusterSpec&) = default;
};

// The weight of a shard, named or not.
inline int WeightOf(const ClusterSpec& spec, const std::string& shard) {
  const auto named = spec.shard_weights.find(shard);
  return named == spec.shard_weights.end() ? 1 : named->second;
}

struct Policy {
  double tolerance_percent = 0;
  int max_parallel_migrations = 16;
  double memory_headroom_percent = 10;
  std::vector<std::string> allow_data_loss;  // names of shards
  bool recreate_lost_shards = false;
  double keys_per_second = 50000;  // of one migration
  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_MODEL_CLUSTER_SPEC_H_
