// The channels to the agents by address. Pods come and go: a channel that nobody used for a while
// is closed. Thread-safe.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_CHANNELS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_CHANNELS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/rpc/transport_security.h"
#include "redisoperator/agent/v1/agent_service.grpc.pb.h"

namespace redisop {

class AgentChannels {
 public:
  using Stub = redisoperator::agent::v1::AgentService::Stub;

  // `clock` must outlive it.
  AgentChannels(TransportSecurity security, const Clock& clock)
      : security_(std::move(security)), clock_(clock) {}

  // Shared with calls that outlive the entry. Fails as MakeChannel does.
  absl::StatusOr<std::shared_ptr<Stub>> Get(const std::string& target);

 private:
  struct Entry {
    std::shared_ptr<Stub> stub;
    absl::Duration used_at;
  };

  const TransportSecurity security_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  absl::Duration swept_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_CHANNELS_H_
