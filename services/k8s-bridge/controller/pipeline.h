// The operator's table of contents: the list of stages is in pipeline.cc.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_PIPELINE_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_PIPELINE_H_

#include <vector>

#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/controller/stage.h"

namespace redisop {

extern const std::vector<Stage> kPipeline;

// Runs one pass over a cluster. Returns when the cluster wants to be looked at again; infinite when
// it is gone. Level-triggered: calling it more often than needed changes nothing.
absl::Duration RunPass(const BridgeContext& context, const std::string& key, ClusterMemory& memory);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_PIPELINE_H_
