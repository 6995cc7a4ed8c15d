#include "services/agent/instances/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

constexpr size_t kFileBytesMax = 1 << 20;

absl::Status Failed(std::string_view what, const std::string& path) {
  const auto code = errno == ENOENT ? absl::StatusCode::kNotFound : absl::StatusCode::kUnavailable;
  return MakeStatus(code, fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

// A file descriptor that closes itself.
class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  const int fd_;
};

absl::Status WriteAll(const File& file, const std::string& path, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(file.fd(), text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return Failed("write", path);
    }
    text.remove_prefix(count > 0 ? static_cast<size_t>(count) : 0);
  }
  return fsync(file.fd()) == 0 ? absl::OkStatus() : Failed("fsync", path);
}

class PosixDisk : public Disk {
 public:
  absl::StatusOr<std::string> Read(const std::string& path) override {
    const File file(path, O_RDONLY);
    if (!file.ok()) {
      return Failed("open", path);
    }
    std::string text;
    char buffer[4096];
    while (true) {
      const ssize_t count = read(file.fd(), buffer, sizeof(buffer));
      if (count < 0 && errno != EINTR) {
        return Failed("read", path);
      }
      if (count == 0) {
        return text;
      }
      text.append(buffer, count > 0 ? static_cast<size_t>(count) : 0);
      if (text.size() > kFileBytesMax) {
        return MakeStatus(absl::StatusCode::kUnavailable, path + " is too large");
      }
    }
  }

  absl::Status Replace(const std::string& path, std::string_view text) override {
    const std::string fresh = path + ".new";
    {
      const File file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
      if (!file.ok()) {
        return Failed("open", fresh);
      }
      RETURN_IF_ERROR(WriteAll(file, fresh, text));
    }
    if (rename(fresh.c_str(), path.c_str()) != 0) {
      return Failed("rename", path);
    }
    const File directory(path.substr(0, path.rfind('/')), O_RDONLY | O_DIRECTORY);
    if (!directory.ok() || fsync(directory.fd()) != 0) {
      return Failed("fsync directory of", path);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(opendir(directory.c_str()), closedir);
    if (dir == nullptr) {
      return Failed("open", directory);
    }
    std::vector<std::string> names;
    while (const dirent* entry = readdir(dir.get())) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") {
        names.push_back(name);
      }
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::StatusOr<bool> IsLocked(const std::string& path) override {
    const File file(path, O_RDWR);
    if (!file.ok()) {
      return errno == ENOENT ? absl::StatusOr<bool>(false) : Failed("open", path);
    }
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (fcntl(file.fd(), F_GETLK, &lock) != 0) {
      return Failed("F_GETLK", path);
    }
    return lock.l_type != F_UNLCK;
  }
};

}  // namespace

Disk& SystemDisk() {
  static PosixDisk& disk = *new PosixDisk();
  return disk;
}

}  // namespace redisop
