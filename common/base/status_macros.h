// Two macros for functions that return absl::Status or absl::StatusOr. Debian's Abseil has none.
//
//   RETURN_IF_ERROR(Write(file));
//   ASSIGN_OR_RETURN(auto plan, ComputePlan(spec, snapshot, policy));
//
// Both return the first error to the caller unchanged. For context, use Annotate() from
// common/base/status.h.

#ifndef REDIS_OPERATOR_COMMON_BASE_STATUS_MACROS_H_
#define REDIS_OPERATOR_COMMON_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define REDISOP_CONCAT_(a, b) a##b
#define REDISOP_CONCAT(a, b) REDISOP_CONCAT_(a, b)

#define RETURN_IF_ERROR(expression)                                         \
  do {                                                                      \
    if (absl::Status redisop_status = (expression); !redisop_status.ok()) { \
      return redisop_status;                                                \
    }                                                                       \
  } while (false)

#define ASSIGN_OR_RETURN(declaration, expression) \
  REDISOP_ASSIGN_OR_RETURN_(REDISOP_CONCAT(redisop_result_, __LINE__), declaration, expression)

#define REDISOP_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                      \
  if (!result.ok()) {                                              \
    return std::move(result).status();                             \
  }                                                                \
  declaration = std::move(result).value()

#endif  // REDIS_OPERATOR_COMMON_BASE_STATUS_MACROS_H_
