#include "common/testing/redis_process.h"

#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "common/base/status_macros.h"
#include "common/testing/free_port.h"

namespace redisop {

std::string RedisProcess::address() const {
  return fmt::format("127.0.0.1:{}@{}", port_, port_ + 10000);
}

absl::StatusOr<std::unique_ptr<RedisProcess>> RedisProcess::Start(
    const RedisProcessOptions& options) {
  auto redis = std::make_unique<RedisProcess>();
  redis->options_ = options;
  redis->port_ = FreePort();
  std::filesystem::create_directories(redis->directory() + "/data");
  RETURN_IF_ERROR(redis->Restart());
  std::ofstream(redis->directory() + "/instance.json") << fmt::format(
      R"({{"pod":"{}","podUID":"{}","clusterUID":"{}","shard":"{}","member":{},)"
      R"("address":"{}","nodeTimeoutMilliseconds":{},"dataDir":"{}/data"}})",
      options.pod, redis->pod_uid(), options.cluster_uid, options.shard, options.member,
      redis->address(), options.node_timeout_milliseconds, redis->directory());
  return redis;
}

absl::Status RedisProcess::Restart() {
  std::vector<std::string> words = {options_.program,
                                    "--port",
                                    std::to_string(port_),
                                    "--bind",
                                    "127.0.0.1",
                                    "--dir",
                                    directory() + "/data",
                                    "--unixsocket",
                                    socket(),
                                    "--unixsocketperm",
                                    "700",
                                    "--cluster-enabled",
                                    "yes",
                                    "--cluster-node-timeout",
                                    std::to_string(options_.node_timeout_milliseconds),
                                    "--cluster-announce-ip",
                                    "127.0.0.1",
                                    "--cluster-require-full-coverage",
                                    "no",
                                    "--cluster-allow-replica-migration",
                                    "no",
                                    "--repl-diskless-sync",
                                    "yes",
                                    "--repl-diskless-sync-delay",
                                    "0",
                                    "--save",
                                    ""};
  words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
  ASSIGN_OR_RETURN(process_, Process::Start({.arguments = std::move(words),
                                             .output_file = directory() + "/redis.log"}));
  // The engines word it differently; all of them listen everywhere before they say it.
  return process_->WaitForOutput("eady to accept connections", absl::Seconds(20));
}

void RedisProcess::Kill() {
  if (process_->Signal(SIGKILL).ok()) {
    (void)process_->Wait(absl::Seconds(10));
  }
}

}  // namespace redisop
