// The Node objects and leases of the sandbox's machines: registers them, renews their leases every
// 4 s, reports them Ready again whenever the API says otherwise, and every five minutes anyway.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_NODE_REGISTRY_H_
#define REDIS_OPERATOR_SANDBOX_NODE_NODE_REGISTRY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/kube/kube_api.h"

namespace redisop {

struct NodeInfo {
  std::string name;
  std::string zone;
  bool is_frozen = false;
};

class NodeRegistry {
 public:
  // `log_port` is where the API server asks for container logs. The references must outlive this.
  NodeRegistry(KubeApi& api, const Clock& clock, int log_port)
      : api_(api), clock_(clock), log_port_(log_port) {}

  // All thread-safe.

  // Creates the Node; one of that name in the API is taken over. kAlreadyExists: the sandbox has
  // it.
  absl::Status Add(const std::string& name, const std::string& zone);
  // Deletes the Node and its lease. kNotFound: the sandbox has none of that name.
  absl::Status Remove(const std::string& name);
  // A frozen node renews and reports nothing. kNotFound as above.
  absl::Status SetFrozen(const std::string& name, bool frozen);

  bool Has(const std::string& name) const;
  bool IsFrozen(const std::string& name) const;
  std::vector<NodeInfo> List() const;

  // Renews what is due; returns the time until the next renewal. One caller at a time.
  absl::Duration Step();

 private:
  absl::Status Renew(const std::string& name);
  absl::Status Report(const std::string& name);

  KubeApi& api_;
  const Clock& clock_;
  const int log_port_;
  std::map<std::string, absl::Duration> reported_;  // touched by Step() only
  mutable absl::Mutex mutex_;
  std::map<std::string, NodeInfo> nodes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_NODE_REGISTRY_H_
