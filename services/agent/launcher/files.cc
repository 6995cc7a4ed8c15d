#include "services/agent/launcher/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace redisop {
namespace {

constexpr size_t kLongestFile = size_t{64} << 20;

Outcome Failed(const std::string& what, const std::string& path) {
  return {kExitIoError, what + " " + path + ": " + std::strerror(errno)};
}

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(fd, content.data(), content.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

Outcome SyncDirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return Failed("open", directory);
  const bool synced = fsync(fd) == 0;
  const Outcome outcome = synced ? Outcome{} : Failed("fsync", directory);
  close(fd);
  return outcome;
}

}  // namespace

std::optional<std::string> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string content;
  char buffer[65536];
  ssize_t got = 0;
  while (content.size() <= kLongestFile) {
    got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    content.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  if (got < 0 || content.size() > kLongestFile) return std::nullopt;
  return content;
}

Outcome WriteFileAtomically(const std::string& path, std::string_view content, mode_t mode) {
  const std::string fresh = path + ".new";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return Failed("create", fresh);
  // fchmod: the mode counts whatever the umask is.
  const bool written = WriteAll(fd, content) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
  const Outcome outcome = written ? Outcome{} : Failed("write", fresh);
  close(fd);
  if (!outcome.ok()) return outcome;
  if (rename(fresh.c_str(), path.c_str()) != 0) return Failed("rename", fresh);
  return SyncDirectoryOf(path);
}

bool HasContent(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
}

}  // namespace redisop
