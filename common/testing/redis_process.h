// A real redis-server for tests: cluster-enabled, on a free port of 127.0.0.1 and on a unix socket,
// with an instance directory as the launcher makes it.
//
//   TempDir instances;
//   ASSERT_OK_AND_ASSIGN(auto redis, RedisProcess::Start({.instances_dir = instances.path(),
//                                                         .pod = "c-0-0"}));
//
// Threads as Process.

#ifndef REDIS_OPERATOR_COMMON_TESTING_REDIS_PROCESS_H_
#define REDIS_OPERATOR_COMMON_TESTING_REDIS_PROCESS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/testing/process.h"

namespace redisop {

struct RedisProcessOptions {
  // Parent of the instance directory. Keep it short: paths of sockets have at most 107 bytes.
  std::string instances_dir;
  std::string pod = "redis-0-0";
  std::string cluster_uid = "cluster-uid";
  std::string shard = "0";
  int member = 0;
  int node_timeout_milliseconds = 5000;
  // Looked up in PATH when it has no "/"; Valkey's understands the same words.
  std::string program = "redis-server";
  // Further words for its command line.
  std::vector<std::string> arguments;
};

class RedisProcess {
 public:
  // Starts it and waits until it answers. Errors as Process::Start and Process::WaitForOutput.
  static absl::StatusOr<std::unique_ptr<RedisProcess>> Start(const RedisProcessOptions& options);

  // The UID that instance.json names: "uid-" and the pod's name.
  std::string pod_uid() const { return "uid-" + options_.pod; }
  std::string directory() const { return options_.instances_dir + "/" + pod_uid(); }
  std::string socket() const { return directory() + "/redis.sock"; }
  int port() const { return port_; }
  // "127.0.0.1:7001@17001".
  std::string address() const;
  const RedisProcessOptions& options() const { return options_; }

  // SIGKILL, and until it is gone.
  void Kill();
  // Starts it again on the same port and data, after Kill.
  absl::Status Restart();

  Process& process() { return *process_; }

 private:
  RedisProcessOptions options_;
  int port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_REDIS_PROCESS_H_
