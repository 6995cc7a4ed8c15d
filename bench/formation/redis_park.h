// redis-servers started by the launcher, each with a loopback address of its own: what a benchmark
// forms clusters from.
//
// One thread. All processes end with the object.

#ifndef REDIS_OPERATOR_BENCH_FORMATION_REDIS_PARK_H_
#define REDIS_OPERATOR_BENCH_FORMATION_REDIS_PARK_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/testing/process.h"
#include "common/testing/temp_dir.h"

namespace redisop::bench {

class RedisPark {
 public:
  // `network`: third number of the addresses 127.0.network.x. Returns when all answer and are old
  // enough to accept writes at once (a primary refuses to be "ok" in the first two seconds of its
  // life: cluster.c, CLUSTER_WRITABLE_DELAY).
  static absl::StatusOr<std::unique_ptr<RedisPark>> Start(int nodes, int network);

  int size() const { return nodes_; }
  std::string Ip(int node) const;
  // UID of the pod that the launcher was told.
  std::string PodUid(int node) const;
  std::string InstancesDirectory() const { return directory_.File("i"); }

  // Until each node says ok, knows all, has every link up, and every replica is in sync.
  // kDeadlineExceeded says who is not.
  absl::Status AwaitFormed(absl::Duration timeout) const;

 private:
  RedisPark() = default;
  absl::Status StartNode(int node);
  std::string WhatIsMissing(int node) const;

  int nodes_ = 0;
  int network_ = 0;
  TempDir directory_;
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_FORMATION_REDIS_PARK_H_
