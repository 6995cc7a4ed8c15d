// The status of a RedisCluster as JSON, and when a new one is worth a write.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_STATUS_STATUS_JSON_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_STATUS_STATUS_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "services/k8s-bridge/status/conditions.h"

namespace redisop {

// The conditions of a stored status; empty when there are none.
std::vector<Condition> ReadConditions(const std::string& status_json);

// What stays the same while nothing happens is in it; timestamps of the pass are not. Fields as in
// the CRD.
std::string RenderStatus(const Situation& now, const std::vector<Condition>& conditions,
                         const std::string& cluster_uid, const std::string& selector);

// The stored status with other conditions: for a pass that saw nothing. What was observed last
// stays.
std::string ReplaceConditions(const std::string& stored, const Situation& now,
                              const std::vector<Condition>& conditions);

// How long to wait before `next` replaces `stored`: zero when something a person waits for changed
// (conditions, members, roles, the plan); `progress_interval` after the last write when only the
// progress of a running plan did; infinite when nothing did, or only load figures, which are
// written along with other changes.
absl::Duration WriteDelay(const std::string& stored, const std::string& next,
                          absl::Duration since_last_write, absl::Duration progress_interval);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_STATUS_STATUS_JSON_H_
