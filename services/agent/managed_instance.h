// Everything the agent holds for one instance directory, and the set of them: one code path for an
// agent beside one redis-server and for one per host.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_MANAGED_INSTANCE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_MANAGED_INSTANCE_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "common/redis/redis_connection.h"
#include "services/agent/execute/step_registry.h"
#include "services/agent/instances/disk.h"
#include "services/agent/instances/instance.h"
#include "services/agent/instances/instance_memory.h"
#include "services/agent/observe/observer.h"

namespace redisop {

// Thread-safe.
struct ManagedInstance {
  ManagedInstance(Instance instance_in, RedisConnector& connector, const Clock& clock, Disk& disk)
      : memory(instance_in.directory, disk),
        observer(connector, clock),
        steps(clock),
        instance_(std::move(instance_in)) {}

  // What instance.json says now; the launcher writes it anew on each start of the container.
  Instance instance() const {
    absl::MutexLock lock(&mutex_);
    return instance_;
  }
  void set_instance(Instance instance) {
    absl::MutexLock lock(&mutex_);
    instance_ = std::move(instance);
  }

  InstanceMemory memory;
  Observer observer;
  StepRegistry steps;
  // A crash of the agent may have left the dip of node_timeout.h; looked at once.
  std::atomic<bool> node_timeout_checked = false;

 private:
  mutable absl::Mutex mutex_;
  Instance instance_ ABSL_GUARDED_BY(mutex_);
};

// The directories under --instances-dir. Thread-safe.
class InstanceSet {
 public:
  // All must outlive this.
  InstanceSet(std::string directory, RedisConnector& connector, const Clock& clock, Disk& disk);

  // Reads the directories anew. A directory without an instance.json, or with one that makes no
  // sense, is left out: the launcher may be about to write it. An instance whose directory is gone
  // stays while somebody uses it, and can't be found any more.
  void Scan();

  // The instance of a pod, after a new scan when it isn't known yet. An empty `pod_uid` means the
  // only one there is. kNotFound: none, or, without a UID, not exactly one.
  absl::StatusOr<std::shared_ptr<ManagedInstance>> Find(const std::string& pod_uid);

  // All, by pod UID.
  std::vector<std::shared_ptr<ManagedInstance>> All() const;

 private:
  absl::StatusOr<std::shared_ptr<ManagedInstance>> Lookup(const std::string& pod_uid) const;

  const std::string directory_;
  RedisConnector& connector_;
  const Clock& clock_;
  Disk& disk_;
  absl::Mutex scan_mutex_;  // one scan at a time
  mutable absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<ManagedInstance>> by_uid_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_MANAGED_INSTANCE_H_
