// Keeps the hosts files of all namespaces (hosts_file.h) equal to what pods and services say.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_HOSTS_KEEPER_H_
#define REDIS_OPERATOR_SANDBOX_NODE_HOSTS_KEEPER_H_

#include <map>
#include <string>

#include "absl/time/time.h"
#include "common/kube/object_store.h"

namespace redisop {

class HostsKeeper {
 public:
  // Writes DIRECTORY/NAMESPACE/hosts. The stores must outlive this.
  HostsKeeper(const ObjectStore& pods, const ObjectStore& services, std::string directory);

  // Rewrites what changed, each file in one step. One caller at a time. Returns when to call again
  // without a change: soon after a write failed, else never.
  absl::Duration Step();

 private:
  const ObjectStore& pods_;
  const ObjectStore& services_;
  const std::string directory_;
  std::map<std::string, std::string> written_;  // namespace -> text
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_HOSTS_KEEPER_H_
