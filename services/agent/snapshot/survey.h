// A snapshot of a whole cluster, ours or not, taken from outside: one or a few addresses lead to
// all nodes, each is asked itself, and the views are merged. No node is privileged.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SURVEY_H_
#define REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SURVEY_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/model/cluster_snapshot.h"
#include "common/redis/redis_connection.h"
#include "services/agent/snapshot/ask_node.h"
#include "services/agent/worker_pool.h"

namespace redisop {

struct SurveyOptions {
  std::vector<RedisAddress> seeds;  // at least one
  AskOptions ask;
  // How often `progress` is told while answers are awaited.
  absl::Duration progress_interval = absl::Seconds(2);
};

struct Survey {
  ClusterSnapshot snapshot;
  // What the snapshot lacks and why, one line for each node and gap. Empty: everybody answered.
  std::vector<std::string> remarks;
};

// Told how many of the addresses known so far have been asked to the end.
using SurveyProgress = std::function<void(size_t asked, size_t known)>;

// Asks the seeds, then all nodes that somebody names, at the addresses they announce, until nobody
// names a new one; all at the same time as far as `pool` has threads. Nodes that do not answer are
// in the snapshot as unobserved. A seed may also be a new node that knows nobody yet, and several
// seeds the addresses at which nodes can be reached from here.
//
// kUnavailable: no seed answered; the message says why for each. kFailedPrecondition: the seeds
// belong to different clusters.
absl::StatusOr<Survey> TakeSurvey(const SurveyOptions& options, RedisConnector& connector,
                                  WorkerPool& pool, const Clock& clock,
                                  const SurveyProgress& progress);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SURVEY_H_
