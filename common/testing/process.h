// A child process in a test: a real redis-server, a binary of ours, redis-cli.
//
//   ASSERT_OK_AND_ASSIGN(auto redis, Process::Start({.arguments = {"redis-server", "--port",
//   "7001"},
//                                                    .output_file = dir.path() + "/redis.log"}));
//   ASSERT_THAT(redis->WaitForOutput("Ready to accept connections", absl::Seconds(5)), IsOk());
//
// Children die with the test program, however it ends (PR_SET_PDEATHSIG). One thread uses a Process
// at a time.

#ifndef REDIS_OPERATOR_COMMON_TESTING_PROCESS_H_
#define REDIS_OPERATOR_COMMON_TESTING_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace redisop {

struct ProcessOptions {
  // The program, looked up in PATH when it has no "/", and its arguments.
  std::vector<std::string> arguments;
  // Added to the test's own environment.
  std::map<std::string, std::string> environment;
  // Empty: the test's own.
  std::string working_directory;
  // Gets standard output and standard error, from its start. Empty: a temporary file that goes with
  // the Process.
  std::string output_file;
  // Written to standard input, which then ends.
  std::string input;
};

class Process {
 public:
  // kNotFound: no such program. kUnavailable: the system refused.
  // Requires: the calling thread lives as long as the child is needed: its end kills the child
  // (prctl(2)).
  static absl::StatusOr<std::unique_ptr<Process>> Start(const ProcessOptions& options);

  // Kills with SIGKILL if still running, and reaps.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  const std::string& output_file() const { return output_file_; }

  bool IsRunning();

  // kFailedPrecondition when it has ended.
  absl::Status Signal(int signal);

  // The exit code, or 128 + signal as in a shell. kDeadlineExceeded when it still runs after
  // `timeout`.
  absl::StatusOr<int> Wait(absl::Duration timeout);

  // SIGTERM, SIGKILL after `grace`; the exit code as Wait says it.
  int Terminate(absl::Duration grace = absl::Seconds(5));

  // Until `text` stands in the output. kDeadlineExceeded, or kFailedPrecondition when the process
  // ended without it; both carry the end of the output.
  absl::Status WaitForOutput(std::string_view text, absl::Duration timeout);

  // All output so far.
  std::string Output() const;

 private:
  Process() = default;
  void Reap(int options);

  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  std::string output_file_;
  bool owns_output_ = false;
};

struct Finished {
  int exit_code = 0;
  std::string output;
};

// Runs a program to its end. Errors as Start; kDeadlineExceeded (the program is killed) after
// `timeout`.
absl::StatusOr<Finished> RunProcess(const ProcessOptions& options, absl::Duration timeout);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_PROCESS_H_
