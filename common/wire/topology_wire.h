// Nodes and snapshots between the wire (redisoperator.topology.v1) and common/model. Both
// directions are total; FromProto(ToProto(x)) == x for every value that FromProto accepts.
//
// FromProto refuses what makes no sense with kInvalidArgument: the message begins with the path of
// the field, "snapshot.nodes[3].slots: '5-2' runs backwards", and says how to mend it. The caller
// (a person with grpcurl, a test, another program) changes the request; repeating it is useless.
// Pure; any thread.

#ifndef REDIS_OPERATOR_COMMON_WIRE_TOPOLOGY_WIRE_H_
#define REDIS_OPERATOR_COMMON_WIRE_TOPOLOGY_WIRE_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "common/model/cluster_snapshot.h"

namespace redisoperator::topology::v1 {
class Node;
class Snapshot;
}  // namespace redisoperator::topology::v1

namespace redisop {

// At most this many nodes, pods and hosts each in one snapshot.
inline constexpr int kSnapshotNodesMax = 20000;

redisoperator::topology::v1::Node ToProto(const Node& node);
redisoperator::topology::v1::Snapshot ToProto(const ClusterSnapshot& snapshot);

// One node on its own, as an agent reports it: what it says of other nodes is not checked.
// `path` is the name of the field for messages.
absl::StatusOr<Node> FromProto(const redisoperator::topology::v1::Node& node,
                               std::string_view path);

// A whole snapshot in canonical order, nodes checked against each other: no id twice, every id that
// is named is there, no slot with two owners unless both state a config epoch (then servers really
// disagree). The text form `cluster_nodes` is parsed.
absl::StatusOr<ClusterSnapshot> FromProto(const redisoperator::topology::v1::Snapshot& snapshot,
                                          std::string_view path);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_WIRE_TOPOLOGY_WIRE_H_
