// Status helpers. Which code to choose is decided by what the caller should do:
//   kUnavailable         the same call may work later: retry with back-off
//   kFailedPrecondition  the world is not as the caller thought: observe and plan again
//   kInvalidArgument     the input is wrong: terminal until somebody changes it; the message names
//   the field kAborted             somebody else was faster: read again, now kDeadlineExceeded the
//   outcome is unknown: read before any retry kNotFound            the thing is not there (a
//   positive answer, never "could not ask") kInternal            a mistake in this program

#ifndef REDIS_OPERATOR_COMMON_BASE_STATUS_H_
#define REDIS_OPERATOR_COMMON_BASE_STATUS_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace redisop {

// The same code with "context: " before the message; OK stays OK. Thread-safe.
absl::Status Annotate(const absl::Status& status, std::string_view context);

// "CODE: message" for logs and conditions, "OK" for OK.
std::string ToString(const absl::Status& status);

// The message as std::string (Debian's Abseil has a string_view of its own).
std::string MessageOf(const absl::Status& status);

// Makes a status from std text: Debian's Abseil constructors take absl::string_view, which
// std::string converts to.
absl::Status MakeStatus(absl::StatusCode code, std::string_view message);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_BASE_STATUS_H_
