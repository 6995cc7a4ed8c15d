// The bearer token of a KubeConfig, read again when its file changes: the kubelet replaces bound
// tokens before they expire. Thread-safe.

#ifndef REDIS_OPERATOR_COMMON_KUBE_CREDENTIALS_H_
#define REDIS_OPERATOR_COMMON_KUBE_CREDENTIALS_H_

#include <sys/types.h>

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/kube/kube_config.h"

namespace redisop {

class Credentials {
 public:
  explicit Credentials(const KubeConfig& config);

  // The value of the Authorization header, or empty when certificates or nothing at all identify
  // us. An unreadable token file gives the last token read.
  std::string AuthorizationHeader();

  // The API server refused the token: the next AuthorizationHeader() reads the file even if it
  // looks unchanged.
  void Refused();

 private:
  const std::string file_;
  absl::Mutex mutex_;
  std::string header_ ABSL_GUARDED_BY(mutex_);
  ino_t inode_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t changed_at_ ABSL_GUARDED_BY(mutex_) = -1;  // of the file, nanoseconds
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_CREDENTIALS_H_
