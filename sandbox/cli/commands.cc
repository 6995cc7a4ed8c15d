#include "sandbox/cli/commands.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "fmt/format.h"
#include "sandbox/cli/control_socket.h"
#include "sandbox/cluster/state_directory.h"

namespace redisop {
namespace {

constexpr absl::Duration kEndTimeout = absl::Seconds(10);
constexpr char kReadyLine[] = "READY";

void Print(std::string_view line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

void WriteLine(int descriptor, std::string_view line) {
  const std::string text = fmt::format("{}\n", line);
  [[maybe_unused]] const ssize_t size = write(descriptor, text.data(), text.size());
}

// False: process `pid` is still there after `timeout`.
bool AwaitExit(pid_t pid, absl::Duration timeout) {
  const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return true;
  pollfd ended{.fd = descriptor, .events = POLLIN, .revents = 0};
  const bool is_over = poll(&ended, 1, static_cast<int>(absl::ToInt64Milliseconds(timeout))) > 0;
  close(descriptor);
  return is_over;
}

// The supervisor as a program of its own that is not this terminal's: it survives the command.
// Its progress comes through the descriptor returned.
int SpawnSupervisor(const SupervisorOptions& options, pid_t* pid) {
  int progress[2];
  if (pipe2(progress, O_CLOEXEC) != 0) return -1;
  const std::vector<std::string> words = {"/proc/self/exe",
                                          "up",
                                          "--foreground",
                                          "--progress-descriptor=3",
                                          "--state",
                                          options.state,
                                          "--nodes",
                                          fmt::format("{}", options.nodes),
                                          "--zones",
                                          fmt::format("{}", options.zones),
                                          "--port",
                                          fmt::format("{}", options.port),
                                          "--kube-binaries",
                                          options.kube_binaries,
                                          "--operator-programs",
                                          options.operator_programs};
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  *pid = fork();
  if (*pid == 0) {
    setsid();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int null = open("/dev/null", O_RDWR);
    for (int standard = 0; standard <= 2; ++standard) dup2(null, standard);
    dup2(progress[1], 3);
    if (progress[1] == 3) fcntl(3, F_SETFD, 0);
    close_range(4, ~0U, 0);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(progress[1]);
  return progress[0];
}

// Shows what the supervisor says until it is ready (true) or has ended. `signals` readable: the
// user gave up.
bool FollowProgress(int progress, int signals, pid_t supervisor, bool* is_interrupted) {
  std::string text;
  char buffer[4096];
  while (true) {
    pollfd descriptors[] = {{.fd = progress, .events = POLLIN, .revents = 0},
                            {.fd = signals, .events = POLLIN, .revents = 0}};
    poll(descriptors, 2, -1);
    if (descriptors[1].revents != 0) {
      *is_interrupted = true;
      kill(supervisor, SIGTERM);
      return false;
    }
    const ssize_t size = read(progress, buffer, sizeof buffer);
    if (size <= 0) return false;
    text.append(buffer, static_cast<size_t>(size));
    for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      const std::string line = text.substr(0, end);
      text.erase(0, end + 1);
      if (line == kReadyLine) return true;
      Print(line);
    }
  }
}

// Until a supervisor that is there answers, which it does once everything is up; false: it ended.
bool AwaitAnswer(const StateDirectory& state) {
  while (!AskSandbox(state.path(), {"status"}).ok()) {
    // It gives up by itself when its start takes too long.
    if (!state.Supervisor()) return false;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return true;
}

void PrintHowTo(const StateDirectory& state) {
  Print(fmt::format("kubeconfig: {}", state.KubeConfig()));
}

}  // namespace

int UpInBackground(const SupervisorOptions& options) {
  const StateDirectory state(options.state);
  if (state.Supervisor()) {
    if (!AwaitAnswer(state)) {
      fmt::print(stderr, "The sandbox in {} was being started and did not come up\n", state.path());
      return 1;
    }
    Print("The sandbox is up already");
    PrintHowTo(state);
    return 0;
  }
  const absl::Duration started = SystemClock().Monotonic();
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  const int signals = signalfd(-1, &set, SFD_CLOEXEC);
  pid_t supervisor = -1;
  const int progress = SpawnSupervisor(options, &supervisor);
  bool is_interrupted = false;
  const bool is_ready =
      progress >= 0 && FollowProgress(progress, signals, supervisor, &is_interrupted);
  if (!is_ready) {
    if (supervisor > 0) AwaitExit(supervisor, kEndTimeout);
    return is_interrupted ? 130 : 1;
  }
  Print(fmt::format("Up in {:.1f} s: {} nodes in {} zones",
                    absl::ToDoubleSeconds(SystemClock().Monotonic() - started), options.nodes,
                    options.zones));
  PrintHowTo(state);
  return 0;
}

int UpInForeground(const SupervisorOptions& options, int progress) {
  const bool is_background = progress > 2;
  if (is_background) fcntl(progress, F_SETFD, FD_CLOEXEC);
  const absl::Duration started = SystemClock().Monotonic();
  const absl::Status result = RunSupervisor(
      options,
      [&](std::string_view line) {
        WriteLine(progress,
                  fmt::format("[{:4.1f} s] {}",
                              absl::ToDoubleSeconds(SystemClock().Monotonic() - started), line));
      },
      [&] {
        if (is_background) {
          WriteLine(progress, kReadyLine);
          return;
        }
        Print(fmt::format("Up in {:.1f} s; Ctrl-C ends it",
                          absl::ToDoubleSeconds(SystemClock().Monotonic() - started)));
        PrintHowTo(StateDirectory(options.state));
      });
  if (result.ok()) return 0;
  WriteLine(is_background ? progress : STDERR_FILENO, "The sandbox ended: " + MessageOf(result));
  return 1;
}

int Down(const std::string& path) {
  const StateDirectory state(path);
  const std::optional<pid_t> supervisor = state.Supervisor();
  if (!supervisor || *supervisor <= 0) {
    if (access(state.File("lock").c_str(), F_OK) == 0) state.Remove();
    Print("The sandbox is down");
    return 0;
  }
  kill(*supervisor, SIGTERM);
  if (!AwaitExit(*supervisor, kEndTimeout)) {
    kill(*supervisor, SIGKILL);
    AwaitExit(*supervisor, kEndTimeout);
  }
  state.Remove();
  Print("The sandbox is down");
  return 0;
}

int Status(const std::string& path) {
  const StateDirectory state(path);
  if (!state.Supervisor()) {
    Print("The sandbox is down");
    return 1;
  }
  const absl::StatusOr<std::string> answer = AskSandbox(state.path(), {"status"});
  if (!answer.ok()) {
    fmt::print(stderr, "{}\n", MessageOf(answer.status()));
    return 1;
  }
  Print("The sandbox is up");
  PrintHowTo(state);
  fmt::print("{}", *answer);
  return 0;
}

int Command(const std::string& path, const std::vector<std::string>& words) {
  const absl::StatusOr<std::string> answer = AskSandbox(StateDirectory(path).path(), words);
  if (answer.ok()) return 0;
  fmt::print(stderr, "{}\n", MessageOf(answer.status()));
  return 1;
}

}  // namespace redisop
