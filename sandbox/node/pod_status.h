// The status of a pod as a kubelet reports it, from the state of its containers. No I/O.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_POD_STATUS_H_
#define REDIS_OPERATOR_SANDBOX_NODE_POD_STATUS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json_fwd.hpp"
#include "sandbox/node/container_run.h"

namespace redisop {

using ContainerRuns = std::vector<std::unique_ptr<ContainerRun>>;

class PodStatus {
 public:
  // `start` is when the node took the pod.
  explicit PodStatus(absl::Time start) : start_(start) {}

  // The status now. `pod` gives readiness gates and the conditions others set; `runs` holds init
  // containers first. Conditions keep the time of their last change between calls.
  nlohmann::json Make(const nlohmann::json& pod, const ContainerRuns& runs,
                      const std::string& address, absl::Time now);

 private:
  nlohmann::json Condition(const std::string& type, bool is_true, const std::string& reason,
                           absl::Time now);

  const absl::Time start_;
  std::map<std::string, std::pair<bool, absl::Time>> last_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_POD_STATUS_H_
