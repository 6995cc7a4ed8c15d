#include "services/agent/observe/observer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/redis/cluster_nodes.h"
#include "common/redis/server_info.h"
#include "services/agent/observe/function_list.h"

namespace redisop {
namespace {

// What the operator sets and may change on a running node.
constexpr std::array<std::string_view, 13> kManagedSettings = {
    "appendonly",
    "cluster-allow-replica-migration",
    "cluster-node-timeout",
    "cluster-require-full-coverage",
    "maxclients",
    "maxmemory",
    "maxmemory-policy",
    "min-replicas-max-lag",
    "min-replicas-to-write",
    "repl-backlog-size",
    "repl-diskless-sync-delay",
    "save",
    "timeout",
};

std::vector<RedisCommand> Questions(Depth depth) {
  std::vector<RedisCommand> questions = {{"INFO"}, {"CLUSTER", "INFO"}, {"CLUSTER", "NODES"}};
  if (depth == Depth::kFull) {
    questions.push_back({"DBSIZE"});
    for (const std::string_view setting : kManagedSettings) {
      questions.push_back({"CONFIG", "GET", std::string(setting)});
    }
  }
  return questions;
}

// What INFO knows of the node itself.
void TakeServerInfo(const ServerInfo& info, Node& self) {
  self.keys = info.keys;
  self.used_memory_bytes = info.used_memory_bytes;
  self.max_memory_bytes = info.max_memory_bytes;
  self.link = info.link;
  self.lag_bytes = info.lag_bytes;
  self.offset = info.offset;
  self.loading = info.loading;
  self.version = info.version;
}

void TakeInstance(const Instance& instance, Node& self) {
  self.pod = instance.pod;
  self.pod_uid = instance.pod_uid;
  self.shard = instance.shard;
  self.member = instance.member;
  if (self.address.empty() || self.alone) {
    self.address = instance.address;  // a node that met nobody doesn't know its own
  }
}

absl::Status TakeReplies(const std::vector<Reply>& replies, Observation& observation) {
  RETURN_IF_ERROR(ErrorOf(replies[0], "INFO"));
  ASSIGN_OR_RETURN(const ServerInfo info, ParseServerInfo(replies[0].text));
  TakeServerInfo(info, observation.view.self);
  RETURN_IF_ERROR(ErrorOf(replies[1], "CLUSTER INFO"));
  ASSIGN_OR_RETURN(const ClusterInfo cluster, ParseClusterInfo(replies[1].text));
  observation.view.current_epoch = cluster.current_epoch;
  observation.view.self.state_fail = !cluster.state_ok;
  RETURN_IF_ERROR(ErrorOf(replies[2], "CLUSTER NODES"));  // refused while loading
  ASSIGN_OR_RETURN(observation.view, ParseClusterNodes(replies[2].text));
  observation.view.current_epoch = cluster.current_epoch;
  observation.view.self.state_fail = !cluster.state_ok;
  TakeServerInfo(info, observation.view.self);
  for (size_t i = 4; i < replies.size(); ++i) {
    if (replies[i].elements.size() == 2) {
      observation.config[replies[i].elements[0].text] = replies[i].elements[1].text;
    }
  }
  if (replies.size() > 3) {
    RETURN_IF_ERROR(ErrorOf(replies[3], "DBSIZE"));
    observation.view.self.keys = static_cast<uint64_t>(std::max<int64_t>(replies[3].integer, 0));
  }
  return absl::OkStatus();
}

}  // namespace

Observation Observer::Observe(const Instance& instance, Depth depth, absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  Observation observation{.instance = instance};
  const absl::Status status = Read(instance, depth, timeout, observation);
  observation.answers = status.ok();
  observation.error = status.ok() ? "" : MessageOf(status);
  Node& self = observation.view.self;
  if (status.ok()) {
    last_id_ = self.id;
  } else {
    self.id = last_id_;
  }
  TakeInstance(instance, self);
  self.unobserved = !status.ok();
  observation.read_at = clock_.Monotonic();
  observation.state_digest = DigestState(self);
  observation.view_digest = DigestView(observation);
  return observation;
}

absl::Status Observer::Read(const Instance& instance, Depth depth, absl::Duration timeout,
                            Observation& observation) {
  if (connected_to_ != instance.Socket()) {
    connection_ = nullptr;
  }
  // A connection of before may have died with its server: that alone says nothing about the one
  // that runs now.
  const absl::Duration deadline = clock_.Monotonic() + timeout;
  const std::vector<RedisCommand> questions = Questions(depth);
  absl::StatusOr<std::vector<Reply>> replies = absl::UnavailableError("not connected");
  if (connection_ != nullptr) {
    replies = connection_->Pipeline(questions, timeout);
  }
  if (!replies.ok()) {
    connection_ = nullptr;
    const absl::Duration left = deadline - clock_.Monotonic();
    ASSIGN_OR_RETURN(connection_, connector_.Connect(instance.Socket(), left));
    connected_to_ = instance.Socket();
    replies = connection_->Pipeline(questions, left);
  }
  if (!replies.ok()) {
    connection_ = nullptr;
    return replies.status();
  }
  RETURN_IF_ERROR(TakeReplies(*replies, observation));
  if (depth == Depth::kFull) {
    ASSIGN_OR_RETURN(const FunctionLibraries libraries, ReadFunctions(*connection_, timeout));
    observation.view.functions_digest = DigestFunctions(libraries);
  }
  return absl::OkStatus();
}

}  // namespace redisop
