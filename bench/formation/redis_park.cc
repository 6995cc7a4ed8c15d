#include "bench/formation/redis_park.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <filesystem>
#include <fstream>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/testing/await.h"

namespace redisop::bench {
namespace {

constexpr absl::Duration kWritableDelay = absl::Milliseconds(2500);
constexpr char kConfig[] =
    "save \"\"\ncluster-node-timeout 5000\ncluster-require-full-coverage "
    "no\ncluster-allow-replica-migration no\n"
    "repl-diskless-sync yes\nrepl-diskless-sync-delay 0\nloglevel warning\n";

std::string Ask(const std::string& ip, const char* command) {
  const timeval timeout{1, 0};
  redisContext* context = redisConnectWithTimeout(ip.c_str(), 6379, timeout);
  std::string text;
  if (context != nullptr && context->err == 0) {
    redisSetTimeout(context, timeout);
    if (auto* reply = static_cast<redisReply*>(redisCommand(context, command))) {
      text.assign(reply->str == nullptr ? "" : reply->str, reply->str == nullptr ? 0 : reply->len);
      freeReplyObject(reply);
    }
  }
  redisFree(context);
  return text;
}

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

std::string RedisPark::Ip(int node) const { return fmt::format("127.0.{}.{}", network_, node + 1); }
std::string RedisPark::PodUid(int node) const { return fmt::format("uid-{}", node); }

absl::StatusOr<std::unique_ptr<RedisPark>> RedisPark::Start(int nodes, int network) {
  std::unique_ptr<RedisPark> park(new RedisPark);
  park->nodes_ = nodes;
  park->network_ = network;
  std::filesystem::create_directories(park->InstancesDirectory());
  std::ofstream(park->directory_.File("redis.conf")) << kConfig;
  for (int node = 0; node < nodes; ++node) {
    RETURN_IF_ERROR(park->StartNode(node));
  }
  const absl::Duration start = SystemClock().Monotonic();
  for (int node = 0; node < nodes; ++node) {
    if (!Await(absl::Seconds(20), [&] { return Ask(park->Ip(node), "PING") == "PONG"; })) {
      return MakeStatus(absl::StatusCode::kUnavailable,
                        park->processes_[static_cast<size_t>(node)]->Output());
    }
  }
  Await(absl::Seconds(20), [&] { return SystemClock().Monotonic() - start > kWritableDelay; });
  return park;
}

absl::Status RedisPark::StartNode(int node) {
  const std::string data = directory_.File(fmt::format("d{}", node));
  std::filesystem::create_directories(data);
  ASSIGN_OR_RETURN(
      auto process,
      Process::Start(
          {.arguments = {std::string(REDIS_OPERATOR_BINARY_DIRECTORY) + "/redis-operator-launcher",
                         "run", "--config", directory_.File("redis.conf"), "--data-dir", data,
                         "--instances-dir", InstancesDirectory()},
           .environment = {{"POD_NAME", fmt::format("bench-{}-{}", node / 2, node % 2)},
                           {"POD_UID", PodUid(node)},
                           {"POD_IP", Ip(node)},
                           {"REDIS_OPERATOR_CLUSTER_UID", "bench"},
                           {"REDIS_OPERATOR_SHARD", std::to_string(node / 2)},
                           {"REDIS_OPERATOR_MEMBER", std::to_string(node % 2)}}}));
  processes_.push_back(std::move(process));
  return absl::OkStatus();
}

std::string RedisPark::WhatIsMissing(int node) const {
  const std::string info = Ask(Ip(node), "CLUSTER INFO");
  for (const std::string& part :
       {std::string("cluster_state:ok"), std::string("cluster_slots_ok:16384"),
        fmt::format("cluster_known_nodes:{}\r", nodes_)}) {
    if (!Has(info, part)) {
      return fmt::format("{} lacks {}", Ip(node), part);
    }
  }
  const std::string view = Ask(Ip(node), "CLUSTER NODES");
  if (Has(view, "disconnected") || Has(view, "fail") || Has(view, "handshake")) {
    return Ip(node) + " has links down";
  }
  const std::string replication = Ask(Ip(node), "INFO replication");
  if (Has(replication, "role:slave") && !Has(replication, "master_link_status:up")) {
    return Ip(node) + " is a replica out of sync";
  }
  return "";
}

absl::Status RedisPark::AwaitFormed(absl::Duration timeout) const {
  std::string missing;
  int node = 0;  // all before it are formed
  Await(timeout, [&] {
    while (node < nodes_ && (missing = WhatIsMissing(node)).empty()) {
      ++node;
    }
    return node == nodes_;
  });
  return node == nodes_ ? absl::OkStatus()
                        : MakeStatus(absl::StatusCode::kDeadlineExceeded, missing);
}

}  // namespace redisop::bench
