// What the agent must not forget about an instance when it restarts: the highest fencing token
// (file "token") and when its node was last promoted (file "promoted").
//
// Thread-safe.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_INSTANCE_MEMORY_H_
#define REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_INSTANCE_MEMORY_H_

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/agent/instances/disk.h"

namespace redisop {

class InstanceMemory {
 public:
  // `directory` is the instance directory; `disk` must outlive this.
  InstanceMemory(std::string directory, Disk& disk);

  // The highest token seen, 0 when none was. kUnavailable: the memory can't be read; nothing may be
  // executed then.
  absl::StatusOr<uint64_t> HighestToken();

  // Remembers `token` on disk when it is higher. On return no crash brings a lower one back.
  absl::Status RaiseToken(uint64_t token);

  // When the node was last asked to take its primary's place; InfinitePast when never.
  absl::StatusOr<absl::Time> LastPromotion();
  absl::Status RememberPromotion(absl::Time when);

 private:
  absl::StatusOr<uint64_t> ReadNumber(const std::string& name);

  const std::string directory_;
  Disk& disk_;
  absl::Mutex mutex_;
  bool token_read_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t token_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_INSTANCE_MEMORY_H_
