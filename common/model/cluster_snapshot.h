// One consistent observation of a whole Redis Cluster: nodes, and pods that have no node yet. The
// planner decides on it, the bridge proves steps on it, the agent's CLI prints it. The wire form is
// redisoperator.topology.v1.Snapshot; field meanings are the same.
//
// Value types without behaviour of their own; const access from several threads is safe.

#ifndef REDIS_OPERATOR_COMMON_MODEL_CLUSTER_SNAPSHOT_H_
#define REDIS_OPERATOR_COMMON_MODEL_CLUSTER_SNAPSHOT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/slot_set.h"

namespace redisop {

// 40 lower-case hexadecimal digits. In plans and simulated snapshots also the name of a pod that
// the plan creates.
using NodeId = std::string;

enum class Role { kPrimary, kReplica };
enum class Link { kInSync, kSyncing, kDown };
enum class Health { kOk, kSuspected, kFailed };

// A slot in the middle of a move, as the node's own line of CLUSTER NODES shows it.
struct OpenSlot {
  enum class Direction { kMigrating, kImporting };
  int slot = 0;
  Direction direction = Direction::kMigrating;
  NodeId peer;  // the other side
  friend bool operator==(const OpenSlot&, const OpenSlot&) = default;
};

// What each slot of a range holds.
struct SlotLoad {
  SlotRange slots;
  uint64_t keys = 0;
  uint64_t bytes = 0;
  friend bool operator==(const SlotLoad&, const SlotLoad&) = default;
};

struct Node {
  NodeId id;
  Role role = Role::kPrimary;
  NodeId primary_id;  // of a replica
  SlotSet slots;
  std::vector<OpenSlot> open_slots;  // ascending
  std::string address;               // "10.0.0.1:6379@16379"
  std::string host;                  // empty: unknown
  std::string zone;                  // empty: unknown
  std::string pod;
  std::string pod_uid;
  std::string shard;
  int member = 0;
  bool leaving = false;     // its pod is being deleted
  bool unobserved = false;  // did not answer; the facts come from others
  double age_seconds = 0;
  Health health = Health::kOk;
  uint64_t config_epoch = 0;
  uint64_t keys = 0;
  uint64_t used_memory_bytes = 0;
  uint64_t max_memory_bytes = 0;
  Link link = Link::kInSync;  // of a replica to its primary
  uint64_t lag_bytes = 0;
  uint64_t offset = 0;
  bool state_fail = false;
  bool alone = false;
  bool loading = false;
  std::vector<NodeId>
      unknown_ids;  // nodes of the snapshot it does not know or has no link to; ascending
  std::string version;
  std::vector<SlotLoad> slot_loads;  // ascending, not overlapping
  friend bool operator==(const Node&, const Node&) = default;
};

// A pod without a node.
struct Pod {
  std::string name;
  std::string uid;
  std::string shard;
  int member = 0;
  std::string host;  // empty while unbound
  std::string zone;
  bool leaving = false;
  std::string waiting_reason;
  friend bool operator==(const Pod&, const Pod&) = default;
};

// A machine that could take pods.
struct Host {
  std::string name;
  std::string zone;
  bool unschedulable = false;
  friend bool operator==(const Host&, const Host&) = default;
};

// Slots that no node claims, and whose they are in the eyes of most primaries.
struct SlotAttribution {
  NodeId node_id;
  SlotSet slots;
  friend bool operator==(const SlotAttribution&, const SlotAttribution&) = default;
};

struct ClusterSnapshot {
  std::vector<Node> nodes;  // ascending by id after Canonical()
  std::vector<Pod> pods;    // ascending by name after Canonical()
  bool formed = false;      // was formed once; never forms again
  std::vector<NodeId> lacking_functions;
  std::vector<SlotAttribution> attributed;  // ascending by node after Canonical()
  std::vector<Host> hosts;                  // empty: unknown; ascending by name after Canonical()

  // The node with this id, or with this pod name (steps name a node by its pod until it has an id);
  // nullptr when there is none. The pointer lives as long as the snapshot is not changed.
  const Node* Find(std::string_view id_or_pod) const;
  Node* Find(std::string_view id_or_pod);

  friend bool operator==(const ClusterSnapshot&, const ClusterSnapshot&) = default;
};

// Sorts everything whose order carries no meaning, so that equal observations are equal values.
ClusterSnapshot Canonical(ClusterSnapshot snapshot);

// "primary" and "replica".
std::string_view ToString(Role role);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_MODEL_CLUSTER_SNAPSHOT_H_
