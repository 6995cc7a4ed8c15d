// Starting and ending child processes of the sandbox. Whatever happens to the sandbox, none of them
// stays behind: the kernel sends SIGKILL to a child when the thread that started it ends (prctl(2),
// PR_SET_PDEATHSIG). So start a child from a thread that lives as long as the child should.
//
// Thread-safe as a whole; one thread uses one ChildProcess at a time.

#ifndef REDIS_OPERATOR_SANDBOX_PROCESS_CHILD_PROCESS_H_
#define REDIS_OPERATOR_SANDBOX_PROCESS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace redisop {

struct ChildOptions {
  // arguments[0] is the program's path; it is not looked up in PATH.
  std::vector<std::string> arguments;
  // The whole environment as "NAME=value".
  std::vector<std::string> environment;
  // Standard output and error are appended to it; empty: they are thrown away.
  std::string output_file;
  // Becomes descriptor 3 of the child; -1: none.
  int extra_descriptor = -1;
};

class ChildProcess {
 public:
  // kUnavailable: the system refused. A program that is not there ends with exit code 127.
  static absl::StatusOr<ChildProcess> Start(const ChildOptions& options);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  // Kills (SIGKILL) and reaps.
  ~ChildProcess();

  pid_t pid() const { return pid_; }

  // A descriptor that polls readable once the process has ended.
  int poll_descriptor() const { return pidfd_; }

  // The exit code, 128 + signal as in a shell; nullopt while it runs after waiting `timeout`.
  std::optional<int> Wait(absl::Duration timeout);

  void Signal(int signal);

 private:
  ChildProcess(pid_t pid, int pidfd) : pid_(pid), pidfd_(pidfd) {}

  pid_t pid_ = -1;
  int pidfd_ = -1;
  std::optional<int> exit_code_;
};

// Runs a program to its end and returns its exit code. kDeadlineExceeded: killed after `timeout`.
absl::StatusOr<int> RunToEnd(const ChildOptions& options, absl::Duration timeout);

// The sandbox's own environment as "NAME=value".
std::vector<std::string> OwnEnvironment();

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_PROCESS_CHILD_PROCESS_H_
