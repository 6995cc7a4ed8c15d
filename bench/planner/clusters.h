// The clusters whose planning is measured: large ones, each with a wish.

#ifndef REDIS_OPERATOR_BENCH_PLANNER_CLUSTERS_H_
#define REDIS_OPERATOR_BENCH_PLANNER_CLUSTERS_H_

#include <string>
#include <vector>

#include "common/model/cluster_snapshot.h"
#include "common/model/cluster_spec.h"

namespace redisop::bench {

struct Task {
  std::string name;
  ClusterSpec spec;
  ClusterSnapshot snapshot;
};

// Two replicas each, three zones, ten nodes on a host; every node observed, in sync and where it
// should be.
Task Healthy(int shards);

// Every task of that size: healthy, formation (from nothing, and of servers that are up), 10 % more
// shards (also with pods that find no machine) and 10 % fewer, a zone lost (just now, and when its
// pods are gone and others took over), a slot map without two neighbours of one owner (as it is and
// with 10 % more shards), and slots whose loads are told one by one (to be balanced by memory, as
// they are and with 10 % more shards).
std::vector<Task> TasksOf(int shards);

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_PLANNER_CLUSTERS_H_
