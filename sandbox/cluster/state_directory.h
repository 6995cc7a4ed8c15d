// Where one sandbox keeps everything: paths, and the lock that says whether it is up.
//
//   STATE/kubeconfig     for kubectl, helm and the tests
//   STATE/lock           held (flock) by the supervisor for its whole life; its text is the
//   supervisor's pid STATE/control.sock   commands to the supervisor STATE/logs           what each
//   process printed: etcd.log, kube-apiserver.log …, supervisor.log, pods/

#ifndef REDIS_OPERATOR_SANDBOX_CLUSTER_STATE_DIRECTORY_H_
#define REDIS_OPERATOR_SANDBOX_CLUSTER_STATE_DIRECTORY_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace redisop {

class StateDirectory {
 public:
  // `path` is made absolute; nothing is created.
  explicit StateDirectory(std::string_view path);

  const std::string& path() const { return path_; }
  std::string File(std::string_view name) const;
  std::string KubeConfig() const { return File("kubeconfig"); }

  // Creates the directory (mode 0700). kUnavailable: the system refused.
  absl::Status Create() const;

  // The pid of the supervisor that holds the lock; nullopt: nobody does, the sandbox is down.
  std::optional<pid_t> Supervisor() const;

  // Takes the lock for this process until it ends, and removes what an earlier sandbox left.
  // kAlreadyExists: another supervisor has it. kUnavailable: the system refused.
  absl::Status Claim() const;

  // Removes everything in it, and itself when it can.
  void Remove() const;

 private:
  std::string path_;
};

// Writes a file whole, with mode 0600, by renaming. kUnavailable: the system refused.
absl::Status WriteFileAtomically(const std::string& path, std::string_view content);

// kNotFound: no such file or not readable.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_CLUSTER_STATE_DIRECTORY_H_
