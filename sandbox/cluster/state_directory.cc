#include "sandbox/cluster/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/base/status.h"
#include "fmt/format.h"

namespace redisop {
namespace {

namespace fs = std::filesystem;

absl::Status SystemError(std::string_view what) {
  return MakeStatus(absl::StatusCode::kUnavailable, fmt::format("{}: {}", what, strerror(errno)));
}

}  // namespace

StateDirectory::StateDirectory(std::string_view path)
    : path_(fs::absolute(fs::path(path)).lexically_normal().string()) {
  while (path_.size() > 1 && path_.back() == '/') path_.pop_back();
}

std::string StateDirectory::File(std::string_view name) const {
  return fmt::format("{}/{}", path_, name);
}

absl::Status StateDirectory::Create() const {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error || chmod(path_.c_str(), 0700) != 0) return SystemError("create " + path_);
  return absl::OkStatus();
}

std::optional<pid_t> StateDirectory::Supervisor() const {
  const int lock = open(File("lock").c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0) return std::nullopt;
  const bool is_free = flock(lock, LOCK_SH | LOCK_NB) == 0;
  close(lock);
  if (is_free) return std::nullopt;
  const absl::StatusOr<std::string> pid = ReadWholeFile(File("lock"));
  return pid.ok() ? static_cast<pid_t>(std::atoi(pid->c_str())) : 0;
}

absl::Status StateDirectory::Claim() const {
  // Never closed: the lock is held until this process ends. Children close it (child_process.cc).
  const int lock = open(File("lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return SystemError("open " + File("lock"));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    return MakeStatus(absl::StatusCode::kAlreadyExists, "a sandbox is already up in " + path_);
  }
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, error)) {
    if (entry.path().filename() != "lock") fs::remove_all(entry.path(), error);
  }
  const std::string pid = fmt::format("{}\n", getpid());
  if (ftruncate(lock, 0) != 0 || pwrite(lock, pid.data(), pid.size(), 0) < 0) {
    return SystemError("write " + File("lock"));
  }
  fs::create_directories(File("logs"), error);
  return error ? SystemError("create " + File("logs")) : absl::OkStatus();
}

void StateDirectory::Remove() const {
  std::error_code error;  // what cannot be removed stays; the next Claim tries again
  for (const fs::directory_entry& entry : fs::directory_iterator(path_, error)) {
    // The lock last: without it the sandbox counts as down.
    if (entry.path().filename() != "lock") fs::remove_all(entry.path(), error);
  }
  fs::remove_all(path_, error);
}

absl::Status WriteFileAtomically(const std::string& path, std::string_view content) {
  const std::string draft = path + ".new";
  const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return SystemError("open " + draft);
  const bool written =
      write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  close(file);
  if (!written || rename(draft.c_str(), path.c_str()) != 0) return SystemError("write " + path);
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return MakeStatus(absl::StatusCode::kNotFound, path);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

}  // namespace redisop
