// Reads one instance's redis-server. Keeps one connection for that, apart from those that steps
// use: a step that keeps the server busy delays a reading, but never stands in its way.
//
// Thread-safe; readings of one node wait for each other.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_OBSERVER_H_
#define REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_OBSERVER_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/redis/redis_connection.h"
#include "services/agent/observe/observation.h"
#include "services/agent/observe/questions.h"

namespace redisop {

class Observer {
 public:
  // Both must outlive this.
  Observer(RedisConnector& connector, const Clock& clock) : connector_(connector), clock_(clock) {}

  // One burst of questions, so that the answers belong together. A node that doesn't answer within
  // `timeout`, or refuses because it loads its data, is an observation too: `answers` is false.
  Observation Observe(const Instance& instance, Depth depth, absl::Duration timeout);

 private:
  absl::Status Read(const Instance& instance, Depth depth, absl::Duration timeout,
                    Observation& observation) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  RedisConnector& connector_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::unique_ptr<RedisConnection> connection_ ABSL_GUARDED_BY(mutex_);
  RedisAddress connected_to_ ABSL_GUARDED_BY(mutex_);
  NodeId last_id_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_OBSERVER_H_
