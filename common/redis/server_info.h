// The answers of INFO and CLUSTER INFO as values. Text in, values out; any thread.
//
// Unknown lines are skipped: every version adds some. A line that is known and makes no sense is
// kInvalidArgument, naming it.
//
// Source: Redis command reference, INFO and CLUSTER INFO.

#ifndef REDIS_OPERATOR_COMMON_REDIS_SERVER_INFO_H_
#define REDIS_OPERATOR_COMMON_REDIS_SERVER_INFO_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/model/cluster_snapshot.h"

namespace redisop {

// A replica as its primary sees it.
struct AttachedReplica {
  std::string host;
  int port = 0;
  bool online = false;  // the first synchronisation is over
  uint64_t offset = 0;  // bytes it has acknowledged
  friend bool operator==(const AttachedReplica&, const AttachedReplica&) = default;
};

struct ServerInfo {
  std::string version;  // "7.0.15", "valkey 9.1.2"
  bool is_valkey = false;
  int version_major = 0;  // of `version`
  int version_minor = 0;
  std::string run_id;
  uint64_t uptime_seconds = 0;
  bool loading = false;
  Role role = Role::kPrimary;
  // Of a replica: its primary and the link to it. kInSync of a primary.
  std::string primary_host;
  int primary_port = 0;
  Link link = Link::kInSync;
  int64_t primary_silent_seconds = 0;  // since the primary was last heard; -1: never
  uint64_t offset = 0;                 // replication offset, bytes
  uint64_t lag_bytes = 0;              // received and not applied yet, or left of a full sync
  std::vector<AttachedReplica> replicas;
  uint64_t used_memory_bytes = 0;
  uint64_t dataset_bytes = 0;     // the part of it that holds data
  uint64_t max_memory_bytes = 0;  // 0: no limit
  uint64_t keys = 0;              // of database 0
  uint64_t clients = 0;           // connections, without those of replicas
  uint64_t function_libraries = 0;
  friend bool operator==(const ServerInfo&, const ServerInfo&) = default;
};

// Reads the text of INFO (all or default sections).
absl::StatusOr<ServerInfo> ParseServerInfo(std::string_view text);

struct ClusterInfo {
  bool state_ok = false;
  uint64_t slots_assigned = 0;
  uint64_t known_nodes = 0;
  uint64_t size = 0;  // primaries with slots
  uint64_t current_epoch = 0;
  uint64_t config_epoch = 0;  // of the node; of its primary when it is a replica
  friend bool operator==(const ClusterInfo&, const ClusterInfo&) = default;
};

// Reads the text of CLUSTER INFO.
absl::StatusOr<ClusterInfo> ParseClusterInfo(std::string_view text);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_REDIS_SERVER_INFO_H_
