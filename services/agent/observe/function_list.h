// The function libraries of a node (Redis 7.0 and later).

#ifndef REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_FUNCTION_LIST_H_
#define REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_FUNCTION_LIST_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/redis/redis_connection.h"

namespace redisop {

// Name to source code.
using FunctionLibraries = std::map<std::string, std::string>;

// FUNCTION LIST WITHCODE; empty for an engine that has no functions. Errors: those of the
// connection, and kFailedPrecondition with the server's words.
absl::StatusOr<FunctionLibraries> ReadFunctions(RedisConnection& redis, absl::Duration timeout);

// Equal for nodes with equal libraries, in whatever order they list them (FUNCTION DUMP's order
// differs from process to process). Empty for no libraries.
std::string DigestFunctions(const FunctionLibraries& libraries);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_FUNCTION_LIST_H_
