// The planner as a filter: a request on standard input, the answer on standard output.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_OFFLINE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_OFFLINE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/planner/options.h"

namespace redisop {

// Longer inputs are refused, bytes.
inline constexpr size_t kOfflineInputBytesMax = 64 << 20;

// The answer to one request, as text for people or as JSON. kInvalidArgument: the input is neither
// the request in JSON nor (for explain) CLUSTER NODES, or a field is wrong; the message says which.
// Pure; any thread.
absl::StatusOr<std::string> AnswerOffline(const PlannerOptions& options, std::string_view input);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_OFFLINE_H_
