// How answers of the API server become absl::Status, and what a status keeps of the answer.
//
//   404 kNotFound · 409 reason AlreadyExists kAlreadyExists · 409 otherwise kAborted ·
//   410 kOutOfRange (the resource version or continue token is too old: list again) ·
//   400 413 415 422 kInvalidArgument · 401 kUnauthenticated · 403 kPermissionDenied ·
//   429 5xx kUnavailable · no answer after the request may have been sent kDeadlineExceeded ·
//   no connection kUnavailable · an answer that cannot be read kInternal

#ifndef REDIS_OPERATOR_COMMON_KUBE_API_ERROR_H_
#define REDIS_OPERATOR_COMMON_KUBE_API_ERROR_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace redisop {

// What the API server said, where a status came from an answer of it.
struct ApiError {
  int http_code = 0;
  std::string reason;  // "Conflict", "Expired", "Forbidden"; empty when the body was no Status
  std::string cause;   // reason of the first details.causes entry: "DisruptionBudget",
                       // "FieldManagerConflict", "ResourceVersionTooLarge"
  std::optional<absl::Duration> retry_after;

  friend bool operator==(const ApiError&, const ApiError&) = default;
};

// The status of an answer with `http_code` >= 300. `body` is usually a Status object; other text is
// quoted, cut at 200 bytes. `retry_after_header` is the header's value or empty; seconds only.
absl::Status StatusFromResponse(int http_code, std::string_view body,
                                std::string_view retry_after_header);

// The status of a Status object that came as a watch's ERROR event.
absl::Status StatusFromErrorEvent(std::string_view status_json);

// Makes the status of an error as an API server would have caused it. For fakes.
absl::Status MakeApiStatus(const ApiError& error, std::string_view message);

// The API server's part of `status`, or nullopt when it did not come from an answer.
std::optional<ApiError> ApiErrorOf(const absl::Status& status);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_API_ERROR_H_
