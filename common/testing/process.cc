#include "common/testing/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/testing/await.h"
#include "fmt/format.h"

extern char** environ;

namespace redisop {
namespace {

constexpr size_t kShownOutputBytes = 2000;

absl::StatusOr<std::string> FindProgram(const std::string& name) {
  if (name.find('/') != std::string::npos) {
    if (::access(name.c_str(), X_OK) == 0) {
      return name;
    }
  } else if (const char* path = std::getenv("PATH"); path != nullptr) {
    std::istringstream directories(path);
    for (std::string directory; std::getline(directories, directory, ':');) {
      if (std::string file = directory + "/" + name; ::access(file.c_str(), X_OK) == 0) {
        return file;
      }
    }
  }
  return MakeStatus(absl::StatusCode::kNotFound, fmt::format("no program {}", name));
}

std::vector<std::string> MakeEnvironment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    if (!added.contains(line.substr(0, line.find('=')))) {
      result.push_back(line);
    }
  }
  for (const auto& [name, value] : added) {
    result.push_back(fmt::format("{}={}", name, value));
  }
  return result;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) {
    result.push_back(text.data());
  }
  result.push_back(nullptr);
  return result;
}

absl::StatusOr<std::string> MakeTemporaryFile() {
  std::string name = "/tmp/rdcXXXXXX";
  const int fd = ::mkostemp(name.data(), O_CLOEXEC);
  if (fd < 0) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("{}: {}", name, std::strerror(errno)));
  }
  ::close(fd);
  return name;
}

// The file that a child reads `text` from; already unlinked.
absl::StatusOr<int> OpenInput(const std::string& text) {
  if (text.empty()) {
    return ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  ASSIGN_OR_RETURN(const std::string name, MakeTemporaryFile());
  const int fd = ::open(name.c_str(), O_RDWR | O_CLOEXEC);
  ::unlink(name.c_str());
  if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    ::close(fd);
    return MakeStatus(absl::StatusCode::kUnavailable, "the input can't be written");
  }
  ::lseek(fd, 0, SEEK_SET);
  return fd;
}

struct Prepared {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* directory;
  int input;
  int output;
  pid_t parent;
};

// Between fork and exec only calls that are safe after a fork of a threaded program.
[[noreturn]] void RunChild(const Prepared& child) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != child.parent) {
    ::_exit(127);  // the test ended before the line above
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(child.input, STDIN_FILENO);
  ::dup2(child.output, STDOUT_FILENO);
  ::dup2(child.output, STDERR_FILENO);
  if (child.directory == nullptr || ::chdir(child.directory) == 0) {
    ::execve(child.program, child.arguments, child.environment);
  }
  ::_exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Process>> Process::Start(const ProcessOptions& options) {
  ASSIGN_OR_RETURN(const std::string program, FindProgram(options.arguments.at(0)));
  std::unique_ptr<Process> process(new Process);
  process->output_file_ = options.output_file;
  if (options.output_file.empty()) {
    ASSIGN_OR_RETURN(process->output_file_, MakeTemporaryFile());
    process->owns_output_ = true;
  }
  ASSIGN_OR_RETURN(const int input, OpenInput(options.input));
  const int output = ::open(process->output_file_.c_str(),
                            O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  std::vector<std::string> arguments = options.arguments;
  std::vector<std::string> environment = MakeEnvironment(options.environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const char* directory =
      options.working_directory.empty() ? nullptr : options.working_directory.c_str();
  const Prepared child{program.c_str(), argv.data(), envp.data(), directory,
                       input,           output,      ::getpid()};
  process->pid_ = output < 0 ? -1 : ::fork();
  if (process->pid_ == 0) {
    RunChild(child);
  }
  const int error = errno;
  ::close(input);
  ::close(output);
  if (process->pid_ < 0) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("{}: {}", program, std::strerror(error)));
  }
  return process;
}

Process::~Process() {
  if (pid_ > 0 && IsRunning()) {
    ::kill(pid_, SIGKILL);
    Reap(/*options=*/0);
  }
  if (owns_output_) {
    ::unlink(output_file_.c_str());
  }
}

void Process::Reap(int options) {
  int status = 0;
  if (exit_code_ || ::waitpid(pid_, &status, options) != pid_) {
    return;
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Process::IsRunning() {
  Reap(WNOHANG);
  return !exit_code_;
}

absl::Status Process::Signal(int signal) {
  if (!IsRunning() || ::kill(pid_, signal) != 0) {
    return MakeStatus(absl::StatusCode::kFailedPrecondition,
                      fmt::format("process {} has ended", pid_));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Process::Wait(absl::Duration timeout) {
  if (!Await(timeout, [this] { return !IsRunning(); })) {
    return MakeStatus(absl::StatusCode::kDeadlineExceeded,
                      fmt::format("process {} still runs", pid_));
  }
  return *exit_code_;
}

int Process::Terminate(absl::Duration grace) {
  if (Signal(SIGTERM).ok() && !Wait(grace).ok()) {
    ::kill(pid_, SIGKILL);
    Reap(/*options=*/0);
  }
  return *exit_code_;
}

absl::Status Process::WaitForOutput(std::string_view text, absl::Duration timeout) {
  bool ended = false;
  const bool found = Await(timeout, [&] {
    ended = !IsRunning();  // asked first: what it wrote at last is read below
    return Output().find(text) != std::string::npos || ended;
  });
  const std::string output = Output();
  if (output.find(text) != std::string::npos) {
    return absl::OkStatus();
  }
  const std::string end =
      output.size() > kShownOutputBytes ? output.substr(output.size() - kShownOutputBytes) : output;
  return MakeStatus(
      found ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kDeadlineExceeded,
      fmt::format("no \"{}\" in the output of process {}{}:\n{}", text, pid_,
                  ended ? " (ended)" : "", end));
}

std::string Process::Output() const {
  std::ifstream file(output_file_, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

absl::StatusOr<Finished> RunProcess(const ProcessOptions& options, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const auto process, Process::Start(options));
  ASSIGN_OR_RETURN(const int code, process->Wait(timeout));
  return Finished{code, process->Output()};
}

}  // namespace redisop
