// One run of a container: bwrap and the program in it, which is PID 1 of its own process namespace
// and visible to the machine under an ordinary pid. One thread uses it, the one that started it
// (child_process.h).

#ifndef REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_PROCESS_H_
#define REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sandbox/node/container_command.h"
#include "sandbox/process/child_process.h"

namespace redisop {

class ContainerProcess {
 public:
  // Runs `command` with exactly `environment`; what it prints is appended to `log_file`.
  // kUnavailable: the system refused, or bwrap said nothing within 10 s.
  static absl::StatusOr<std::unique_ptr<ContainerProcess>> Start(
      ContainerCommand command, std::vector<std::string> environment, const std::string& log_file);

  // The program's pid on the machine.
  pid_t pid() const { return pid_; }
  int poll_descriptor() const { return bwrap_.poll_descriptor(); }
  // The exit code (128 + signal), nullopt while it runs.
  std::optional<int> ExitCode() { return bwrap_.Wait(absl::ZeroDuration()); }

  // To the program only, as a container runtime does.
  void Signal(int signal);
  // SIGSTOP or SIGCONT to every process of the container.
  void SignalAll(int signal);

 private:
  ContainerProcess(ChildProcess bwrap, pid_t pid) : bwrap_(std::move(bwrap)), pid_(pid) {}

  ChildProcess bwrap_;
  const pid_t pid_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_PROCESS_H_
