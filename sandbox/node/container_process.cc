#include "sandbox/node/container_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "common/base/status.h"
#include "fmt/format.h"

namespace redisop {
namespace {

constexpr int kReportMilliseconds = 10000;

// The pid in {"child-pid": 123, …}, 0 when bwrap ended or was silent.
pid_t ReadReport(int descriptor) {
  std::string report;
  char buffer[256];
  pollfd readable{.fd = descriptor, .events = POLLIN, .revents = 0};
  while (report.find('}') == std::string::npos && report.size() < 4096) {
    if (poll(&readable, 1, kReportMilliseconds) <= 0) return 0;
    const ssize_t size = read(descriptor, buffer, sizeof buffer);
    if (size <= 0) return 0;
    report.append(buffer, static_cast<size_t>(size));
  }
  const size_t at = report.find("\"child-pid\":");
  return at == std::string::npos ? 0 : std::atoi(report.c_str() + at + 12);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ContainerProcess>> ContainerProcess::Start(
    ContainerCommand command, std::vector<std::string> environment, const std::string& log_file) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) {
    return MakeStatus(absl::StatusCode::kUnavailable, "no more file descriptors");
  }
  command.reports_pid = true;
  absl::StatusOr<ChildProcess> bwrap =
      ChildProcess::Start({.arguments = MakeContainerCommand(command),
                           .environment = std::move(environment),
                           .output_file = log_file,
                           .extra_descriptor = report[1]});
  close(report[1]);
  const pid_t pid = bwrap.ok() ? ReadReport(report[0]) : 0;
  close(report[0]);
  if (!bwrap.ok()) return bwrap.status();
  if (pid == 0) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("bwrap could not start {}", command.command[0]));
  }
  return std::unique_ptr<ContainerProcess>(new ContainerProcess(*std::move(bwrap), pid));
}

void ContainerProcess::Signal(int signal) {
  if (!ExitCode()) kill(pid_, signal);
}

void ContainerProcess::SignalAll(int signal) {
  namespace fs = std::filesystem;
  if (ExitCode()) return;
  std::error_code error;
  const fs::path ours = fs::read_symlink(fmt::format("/proc/{}/ns/pid", pid_), error);
  if (error) return;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", error)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0) continue;
    std::error_code unreadable;  // another user's process, or one that has just ended
    if (fs::read_symlink(entry.path() / "ns/pid", unreadable) == ours) kill(pid, signal);
  }
}

}  // namespace redisop
