// Clusters drawn as text, for tests: what a scenario file shows becomes a snapshot.
//
//   0-0  primary 0-5460       zone=a host=h1 keys=1000
//   0-1  replica of 0-0       zone=b syncing
//   1-0  primary 5461-10922   loads=5461-10922:61/3000   (keys/bytes in each of these slots)
//   0-2  replica of 0-0       down offset=7400  (bytes of the stream it has received)
//   old  primary              failed            (no pod: a lost node)
//   2-0  primary              failed answers    (the others gave it up, but it answers)
//   pod 3-0                   zone=a waiting    (a pod without a node)
//   host h1                   zone=a
//   attributed 0-0 5,7-9      (slots nobody claims that most take for 0-0's)
//
// A name "<shard>-<member>" has the pod redis-<shard>-<member>; any other name has none.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_DRAWING_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_DRAWING_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "common/model/cluster_snapshot.h"

namespace redisop {

// kInvalidArgument names the line and the word that is not understood.
absl::StatusOr<ClusterSnapshot> ReadDrawing(std::string_view text);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_DRAWING_H_
