// CLUSTER NODES as a node of a stranger might answer: read as a view, merged, read as a snapshot
// and sent to the planner.

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>

#include "common/model/node_view.h"
#include "common/redis/cluster_nodes.h"
#include "common/wire/topology_wire.h"
#include "fuzz/expect.h"
#include "redisoperator/topology/v1/topology.pb.h"

namespace redisop::fuzz {
namespace {

void TryNode(const Node& node, const std::set<std::string_view>& ids) {
  Expect(node.id.size() == 40, "ids have 40 digits");
  Expect(node.primary_id.empty() || ids.contains(node.primary_id), "primaries are listed");
  Expect(node.role == Role::kPrimary || node.slots.empty(), "replicas own no slots");
}

void TryMerged(const ClusterSnapshot& merged, const NodeView& view) {
  Expect(merged.Find(view.self.id) != nullptr, "merging keeps the node that was asked");
  for (const Node& peer : view.peers) {
    Expect(merged.Find(peer.id) != nullptr, "merging keeps its peers");
  }
  for (const Node& node : merged.nodes) {
    Expect(node.primary_id.empty() || merged.Find(node.primary_id) != nullptr,
           "primaries are in the snapshot");
    for (const OpenSlot& open : node.open_slots) {
      Expect(merged.Find(open.peer) != nullptr, "peers of open slots are in the snapshot");
    }
  }
}

void TryView(std::string_view text) {
  const absl::StatusOr<NodeView> view = ParseClusterNodes(text);
  if (!view.ok()) {
    Expect(view.status().code() == absl::StatusCode::kInvalidArgument, "refused as wrong input");
    return;
  }
  std::set<std::string_view> ids(view->handshake_ids.begin(), view->handshake_ids.end());
  ids.insert(view->self.id);
  for (const Node& peer : view->peers) {
    Expect(ids.insert(peer.id).second, "ids are unique");
  }
  TryNode(view->self, ids);
  for (const Node& peer : view->peers) {
    TryNode(peer, ids);
  }
  TryMerged(MergeViews({*view}), *view);
}

void TrySnapshot(std::string_view text) {
  const absl::StatusOr<ClusterSnapshot> snapshot = SnapshotFromClusterNodes(text);
  if (!snapshot.ok()) {
    Expect(snapshot.status().code() == absl::StatusCode::kInvalidArgument, "refused as wrong");
    return;
  }
  const absl::StatusOr<ClusterSnapshot> again = FromProto(ToProto(*snapshot), "snapshot");
  if (!again.ok()) {
    Expect(again.status().code() == absl::StatusCode::kInvalidArgument, "refused as wrong");
    return;
  }
  Expect(*again == *snapshot, "what is sent arrives");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  TryView(text);
  TrySnapshot(text);
  return 0;
}

}  // namespace redisop::fuzz
