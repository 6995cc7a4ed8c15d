// The only parser of CLUSTER NODES in the project. Knows no sockets: text in, values out.
//
// Accepted: `ip:port`, `@bus port`, `,hostname`, `,name=value` fields of Redis 7.2 and Valkey, an
// empty ip, `:0@0`, IPv6, the flags `noaddr`, `handshake`, `fail?`, `nofailover`, `noflags` and
// unknown ones, primaries without slots, open slots `[93->-id]` and `[93-<-id]`, a missing last
// line feed, `\r\n`. The whole text is refused (kInvalidArgument naming the line) when a line makes
// no sense: two lines with `myself`, a repeated id, an id that is not 40 hexadecimal digits, a slot
// above 16383, a range that runs backwards, a replica of a node that is not listed. A view that is
// half understood is worse than none.
//
// Source: Redis command reference, CLUSTER NODES. Pure; any thread.

#ifndef REDIS_OPERATOR_COMMON_REDIS_CLUSTER_NODES_H_
#define REDIS_OPERATOR_COMMON_REDIS_CLUSTER_NODES_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "common/model/cluster_snapshot.h"
#include "common/model/node_view.h"

namespace redisop {

// Longer texts are refused: about 30 times what 1000 nodes write.
inline constexpr size_t kClusterNodesBytesMax = 8 << 20;

// What the answering node says: `self` is its own line, `peers` all others in ascending order of
// their ids. Filled in are id, role, primary_id, slots, address, config_epoch, health, and of self
// also open_slots and `alone`. A replica that names no primary ("-") has an empty primary_id. Peers
// whose link is down are `unobserved`. Nodes in handshake are only in handshake_ids.
// kInvalidArgument also when no line carries `myself`.
absl::StatusOr<NodeView> ParseClusterNodes(std::string_view text);

// A snapshot of the cluster as one node sees it, for text that a person pastes or pipes; `myself`
// may be missing. `formed` is true when any node owns a slot or knows another. Nodes that failed,
// or whose link is down, are unobserved.
absl::StatusOr<ClusterSnapshot> SnapshotFromClusterNodes(std::string_view text);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_REDIS_CLUSTER_NODES_H_
