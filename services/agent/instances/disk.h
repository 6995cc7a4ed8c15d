// The seam to the disk: the few things the agent reads and remembers there.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_DISK_H_
#define REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_DISK_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace redisop {

// Thread-safe.
class Disk {
 public:
  virtual ~Disk() = default;

  // The whole file. kNotFound: there is none. kUnavailable: it can't be read, or is larger than
  // 1 MiB.
  virtual absl::StatusOr<std::string> Read(const std::string& path) = 0;

  // Replaces the file so that a crash at any moment leaves the old or the new text; on return the
  // new one survives a power cut. kUnavailable: the old text is still there.
  virtual absl::Status Replace(const std::string& path, std::string_view text) = 0;

  // Names of the entries of a directory, ascending. Errors as Read.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;

  // True while another process holds a POSIX record lock on the file; false too when there is no
  // file. kUnavailable: it can't be asked. Source: fcntl(2), F_GETLK.
  virtual absl::StatusOr<bool> IsLocked(const std::string& path) = 0;
};

// The machine's disk. Never destroyed.
Disk& SystemDisk();

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_DISK_H_
