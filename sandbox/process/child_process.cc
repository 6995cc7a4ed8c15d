#include "sandbox/process/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/status.h"
#include "fmt/format.h"

namespace redisop {
namespace {

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// Between fork and exec of a program with threads: only async-signal-safe calls.
[[noreturn]] void Become(char* const* arguments, char* const* environment, int output,
                         int extra_descriptor, pid_t parent) {
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent ended before the prctl
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  int input = open("/dev/null", O_RDWR);
  dup2(input, 0);
  dup2(output >= 0 ? output : input, 1);
  dup2(1, 2);
  if (extra_descriptor == 3) {
    fcntl(3, F_SETFD, 0);
  } else if (extra_descriptor >= 0) {
    dup2(extra_descriptor, 3);
  }
  close_range(extra_descriptor >= 0 ? 4 : 3, ~0U, 0);
  execve(arguments[0], arguments, environment);
  const char* text = strerror(errno);
  [[maybe_unused]] ssize_t written = write(2, arguments[0], strlen(arguments[0]));
  written = write(2, ": ", 2);
  written = write(2, text, strlen(text));
  written = write(2, "\n", 1);
  _exit(127);
}

}  // namespace

absl::StatusOr<ChildProcess> ChildProcess::Start(const ChildOptions& options) {
  int output = -1;
  if (!options.output_file.empty()) {
    output = open(options.output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output < 0) {
      return MakeStatus(absl::StatusCode::kUnavailable,
                        fmt::format("open {}: {}", options.output_file, strerror(errno)));
    }
  }
  const std::vector<char*> arguments = Pointers(options.arguments);
  const std::vector<char*> environment = Pointers(options.environment);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    Become(arguments.data(), environment.data(), output, options.extra_descriptor, parent);
  }
  const int fork_errno = errno;
  if (output >= 0) close(output);
  if (pid < 0) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("start {}: {}", options.arguments[0], strerror(fork_errno)));
  }
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  ChildProcess child(pid, pidfd);
  if (pidfd < 0) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("pidfd_open: {}", strerror(errno)));
  }
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept { *this = std::move(other); }

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(exit_code_, other.exit_code_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0 && !exit_code_) {
    Signal(SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (pidfd_ >= 0) close(pidfd_);
}

std::optional<int> ChildProcess::Wait(absl::Duration timeout) {
  if (exit_code_) return exit_code_;
  pollfd ended{.fd = pidfd_, .events = POLLIN, .revents = 0};
  if (timeout > absl::ZeroDuration()) {
    poll(&ended, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout)) + 1);
  }
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return exit_code_;
}

void ChildProcess::Signal(int signal) {
  if (pid_ > 0 && !exit_code_) kill(pid_, signal);
}

absl::StatusOr<int> RunToEnd(const ChildOptions& options, absl::Duration timeout) {
  absl::StatusOr<ChildProcess> child = ChildProcess::Start(options);
  if (!child.ok()) return child.status();
  if (std::optional<int> code = child->Wait(timeout)) return *code;
  return MakeStatus(absl::StatusCode::kDeadlineExceeded,
                    fmt::format("{} did not end within {} s", options.arguments[0],
                                absl::ToDoubleSeconds(timeout)));
}

std::vector<std::string> OwnEnvironment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables.emplace_back(*variable);
  }
  return variables;
}

}  // namespace redisop
