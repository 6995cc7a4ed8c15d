#include "services/agent/observe/questions.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/base/status_macros.h"
#include "common/redis/cluster_nodes.h"
#include "common/redis/server_info.h"

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

}  // namespace

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

absl::Status TakeReplies(const std::vector<Reply>& replies, Answers& answers) {
  RETURN_IF_ERROR(ErrorOf(replies[0], "INFO"));
  ASSIGN_OR_RETURN(const ServerInfo info, ParseServerInfo(replies[0].text));
  TakeServerInfo(info, answers.view.self);
  RETURN_IF_ERROR(ErrorOf(replies[1], "CLUSTER INFO"));
  ASSIGN_OR_RETURN(const ClusterInfo cluster, ParseClusterInfo(replies[1].text));
  answers.view.current_epoch = cluster.current_epoch;
  answers.view.self.state_fail = !cluster.state_ok;
  RETURN_IF_ERROR(ErrorOf(replies[2], "CLUSTER NODES"));  // refused while loading
  ASSIGN_OR_RETURN(answers.view, ParseClusterNodes(replies[2].text));
  answers.view.current_epoch = cluster.current_epoch;
  answers.view.self.state_fail = !cluster.state_ok;
  TakeServerInfo(info, answers.view.self);
  for (size_t i = 4; i < replies.size(); ++i) {
    if (replies[i].elements.size() == 2) {
      answers.config[replies[i].elements[0].text] = replies[i].elements[1].text;
    }
  }
  if (replies.size() > 3) {
    RETURN_IF_ERROR(ErrorOf(replies[3], "DBSIZE"));
    answers.view.self.keys = static_cast<uint64_t>(std::max<int64_t>(replies[3].integer, 0));
  }
  return absl::OkStatus();
}

}  // namespace redisop
