// The form in which a snapshot leaves the program.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SNAPSHOT_WIRE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SNAPSHOT_WIRE_H_

#include <string>

#include "absl/status/statusor.h"
#include "common/model/cluster_snapshot.h"

namespace redisop {

// A redisoperator.planner.v1.ComputePlanRequest in JSON that holds the snapshot and nothing else:
// whoever asks for a plan adds the wish. Ends with a line feed. Pure.
absl::StatusOr<std::string> RequestJson(const ClusterSnapshot& snapshot);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_SNAPSHOT_WIRE_H_
