// What the parts of a snapshot must have in common, beyond what each node alone must fulfil.

#ifndef REDIS_OPERATOR_COMMON_WIRE_SNAPSHOT_CHECK_H_
#define REDIS_OPERATOR_COMMON_WIRE_SNAPSHOT_CHECK_H_

#include <string_view>

#include "absl/status/status.h"
#include "common/model/cluster_snapshot.h"

namespace redisop::wire {

// kInvalidArgument naming the field, by its place in the given order: an id, pod or host that is
// there twice, an id that no node has, copies that copy each other, a slot with two owners that do
// not both state a config epoch.
absl::Status CheckSnapshot(const ClusterSnapshot& snapshot, std::string_view path);

}  // namespace redisop::wire

#endif  // REDIS_OPERATOR_COMMON_WIRE_SNAPSHOT_CHECK_H_
