#include "common/kube/api_error.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "absl/strings/cord.h"
#include "common/base/status.h"

namespace redisop {
namespace {

using nlohmann::json;

constexpr char kPayload[] = "kubernetes.io/api-error";
constexpr size_t kQuotedBytesMax = 200;

absl::StatusCode CodeOf(int http_code, std::string_view reason) {
  switch (http_code) {
    case 400:
    case 413:
    case 415:
    case 422:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return reason == "AlreadyExists" ? absl::StatusCode::kAlreadyExists
                                       : absl::StatusCode::kAborted;
    case 410:
      return absl::StatusCode::kOutOfRange;
    case 429:
      return absl::StatusCode::kUnavailable;
    default:
      return http_code >= 500 ? absl::StatusCode::kUnavailable : absl::StatusCode::kInternal;
  }
}

std::string TextAt(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

struct StatusBody {
  ApiError error;
  std::string message;
};

// What a Status object says; `body` may be anything else.
StatusBody ReadStatusBody(std::string_view body) {
  StatusBody result;
  const json status = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object() || TextAt(status, "kind") != "Status") {
    result.message = std::string(body.substr(0, kQuotedBytesMax));
    return result;
  }
  result.message = TextAt(status, "message");
  result.error.reason = TextAt(status, "reason");
  if (const auto code = status.find("code"); code != status.end() && code->is_number_integer()) {
    result.error.http_code = code->get<int>();
  }
  const auto details = status.find("details");
  if (details == status.end() || !details->is_object()) {
    return result;
  }
  if (const auto seconds = details->find("retryAfterSeconds");
      seconds != details->end() && seconds->is_number_integer() && seconds->get<int64_t>() > 0) {
    result.error.retry_after = absl::Seconds(seconds->get<int64_t>());
  }
  if (const auto causes = details->find("causes"); causes != details->end() && causes->is_array() &&
                                                   !causes->empty() &&
                                                   causes->front().is_object()) {
    result.error.cause = TextAt(causes->front(), "reason");
  }
  return result;
}

}  // namespace

absl::Status MakeApiStatus(const ApiError& error, std::string_view message) {
  absl::Status status =
      MakeStatus(CodeOf(error.http_code, error.reason),
                 message.empty() ? fmt::format("HTTP {} {}", error.http_code, error.reason)
                                 : std::string(message));
  json payload = {{"code", error.http_code}, {"reason", error.reason}, {"cause", error.cause}};
  if (error.retry_after) {
    payload["retryMilliseconds"] = absl::ToInt64Milliseconds(*error.retry_after);
  }
  status.SetPayload(kPayload,
                    absl::Cord(payload.dump(-1, ' ', true, json::error_handler_t::replace)));
  return status;
}

absl::Status StatusFromResponse(int http_code, std::string_view body,
                                std::string_view retry_after_header) {
  StatusBody parsed = ReadStatusBody(body);
  parsed.error.http_code = http_code;
  int64_t seconds = 0;
  const char* end = retry_after_header.data() + retry_after_header.size();
  if (!retry_after_header.empty() &&
      std::from_chars(retry_after_header.data(), end, seconds).ptr == end && seconds >= 0) {
    parsed.error.retry_after = absl::Seconds(seconds);
  }
  return MakeApiStatus(parsed.error, parsed.message);
}

absl::Status StatusFromErrorEvent(std::string_view status_json) {
  StatusBody parsed = ReadStatusBody(status_json);
  if (parsed.error.http_code < 300) {
    parsed.error.http_code = 500;
  }
  return MakeApiStatus(parsed.error, parsed.message);
}

std::optional<ApiError> ApiErrorOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  if (!payload) {
    return std::nullopt;
  }
  const json parsed = json::parse(std::string(*payload), nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) {
    return std::nullopt;
  }
  ApiError error{.http_code = parsed.value("code", 0),
                 .reason = parsed.value("reason", ""),
                 .cause = parsed.value("cause", ""),
                 .retry_after = std::nullopt};
  if (const auto retry = parsed.find("retryMilliseconds"); retry != parsed.end()) {
    error.retry_after = absl::Milliseconds(retry->get<int64_t>());
  }
  return error;
}

}  // namespace redisop
