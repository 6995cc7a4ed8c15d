// Feeds one WatchNode stream: reads the node several times a second while somebody watches, and
// pushes an observation when the view changed, or a heartbeat when nothing did.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_RPC_NODE_WATCH_H_
#define REDIS_OPERATOR_SERVICES_AGENT_RPC_NODE_WATCH_H_

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "redisoperator/agent/v1/agent_service.pb.h"
#include "services/agent/managed_instance.h"
#include "services/agent/rpc/latest_stream.h"
#include "services/agent/worker_pool.h"

namespace redisop {

// One poll at a time; each schedules the next on the pool. Ends with its stream.
class NodeWatch : public std::enable_shared_from_this<NodeWatch> {
 public:
  using Stream = LatestStream<redisoperator::agent::v1::WatchNodeResponse>;

  // The references must outlive this. An empty `pod_uid` means the only instance there is.
  NodeWatch(InstanceSet& instances, std::string pod_uid, absl::Duration heartbeat,
            std::weak_ptr<Stream> stream, WorkerPool& pool, const Clock& clock);

  // Begins with an observation of now.
  void Start();

 private:
  void Schedule(absl::Duration delay);
  void Poll();

  InstanceSet& instances_;
  const std::string pod_uid_;
  const absl::Duration heartbeat_;
  const std::weak_ptr<Stream> stream_;
  WorkerPool& pool_;
  const Clock& clock_;
  std::string last_digest_;
  absl::Duration last_push_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_RPC_NODE_WATCH_H_
