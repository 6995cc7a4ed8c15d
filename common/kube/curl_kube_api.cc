#include "common/kube/curl_kube_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/kube/api_error.h"
#include "common/kube/credentials.h"
#include "common/kube/http_loop.h"
#include "common/kube/wire_decode.h"

namespace redisop {
namespace {

constexpr char kJsonType[] = "application/json";

// "?a=1&b=2" from pairs; those with an empty value are left out.
std::string Query(const std::vector<std::pair<std::string_view, std::string>>& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) {
      query += fmt::format("{}{}={}", query.empty() ? "?" : "&", name, UrlEncode(value));
    }
  }
  return query;
}

std::string_view PatchContentType(PatchType type) {
  switch (type) {
    case PatchType::kJson:
      return "application/json-patch+json";
    case PatchType::kStrategic:
      return "application/strategic-merge-patch+json";
    case PatchType::kMerge:
      break;
  }
  return "application/merge-patch+json";
}

std::string_view PropagationName(Propagation propagation) {
  switch (propagation) {
    case Propagation::kForeground:
      return "Foreground";
    case Propagation::kOrphan:
      return "Orphan";
    case Propagation::kBackground:
      break;
  }
  return "Background";
}

std::string DeleteBody(const DeleteOptions& options) {
  nlohmann::json body = {{"apiVersion", "v1"},
                         {"kind", "DeleteOptions"},
                         {"propagationPolicy", PropagationName(options.propagation)}};
  if (!options.uid.empty()) {
    body["preconditions"]["uid"] = options.uid;
  }
  if (!options.resource_version.empty()) {
    body["preconditions"]["resourceVersion"] = options.resource_version;
  }
  if (options.grace_period_seconds) {
    body["gracePeriodSeconds"] = *options.grace_period_seconds;
  }
  return body.dump();
}

// Cancels its stream when it goes.
class StreamHandle final : public WatchHandle {
 public:
  StreamHandle(HttpLoop& loop, uint64_t stream) : loop_(loop), stream_(stream) {}
  ~StreamHandle() override { loop_.CancelStream(stream_); }

 private:
  HttpLoop& loop_;
  const uint64_t stream_;
};

class CurlKubeApi final : public KubeApi {
 public:
  CurlKubeApi(const KubeConfig& config, CurlKubeApiOptions options, std::unique_ptr<HttpLoop> loop)
      : options_(std::move(options)), credentials_(config), loop_(std::move(loop)) {}

  ~CurlKubeApi() override { stopping_.Notify(); }

  absl::StatusOr<KubeObject> Get(const ResourcePath& path, absl::Duration timeout) override {
    return ParsedAnswer({.path_and_query = path.UrlPath()}, timeout);
  }

  absl::StatusOr<ObjectList> List(const ResourcePath& path, const ListOptions& options,
                                  absl::Duration timeout) override;

  absl::StatusOr<KubeObject> Create(const ResourcePath& path, std::string_view json,
                                    absl::Duration timeout) override {
    return Send("POST", path.UrlPath(), kJsonType, json, timeout);
  }

  absl::StatusOr<KubeObject> Update(const ResourcePath& path, std::string_view json,
                                    absl::Duration timeout) override {
    return Send("PUT", path.UrlPath(), kJsonType, json, timeout);
  }

  absl::StatusOr<KubeObject> Apply(const ResourcePath& path, std::string_view json,
                                   const ApplyOptions& options, absl::Duration timeout) override {
    return Send("PATCH",
                path.UrlPath() + Query({{"fieldManager", options.field_manager},
                                        {"force", options.force ? "true" : "false"}}),
                "application/apply-patch+yaml", json, timeout);
  }

  absl::StatusOr<KubeObject> Patch(const ResourcePath& path, std::string_view patch,
                                   const PatchOptions& options, absl::Duration timeout) override {
    return Send("PATCH", path.UrlPath() + Query({{"fieldManager", options.field_manager}}),
                PatchContentType(options.type), patch, timeout);
  }

  absl::Status Delete(const ResourcePath& path, const DeleteOptions& options,
                      absl::Duration timeout) override {
    return Answer({.method = "DELETE",
                   .path_and_query = path.UrlPath(),
                   .headers = {fmt::format("Content-Type: {}", kJsonType)},
                   .body = DeleteBody(options)},
                  timeout)
        .status();
  }

  absl::StatusOr<std::string> GetRaw(std::string_view path_and_query,
                                     absl::Duration timeout) override {
    return Answer({.path_and_query = std::string(path_and_query)}, timeout);
  }

  std::unique_ptr<WatchHandle> Watch(const ResourcePath& path, const WatchOptions& options,
                                     WatchCallbacks callbacks) override;

 private:
  absl::StatusOr<KubeObject> Send(std::string_view method, std::string path_and_query,
                                  std::string_view content_type, std::string_view body,
                                  absl::Duration timeout) {
    return ParsedAnswer({.method = std::string(method),
                         .path_and_query = std::move(path_and_query),
                         .headers = {fmt::format("Content-Type: {}", content_type)},
                         .body = std::string(body)},
                        timeout);
  }

  absl::StatusOr<KubeObject> ParsedAnswer(HttpRequest request, absl::Duration timeout);
  absl::StatusOr<std::string> Answer(HttpRequest request, absl::Duration timeout);
  absl::StatusOr<HttpResponse> Exchange(const HttpRequest& request, absl::Duration deadline);
  void AddHeaders(HttpRequest& request);

  const CurlKubeApiOptions options_;
  Credentials credentials_;
  absl::Notification stopping_;
  const std::unique_ptr<HttpLoop> loop_;
};

absl::StatusOr<ObjectList> CurlKubeApi::List(const ResourcePath& path, const ListOptions& options,
                                             absl::Duration timeout) {
  const bool first_page = options.continue_token.empty();
  const std::string version = first_page ? options.resource_version : "";
  const std::string query =
      Query({{"labelSelector", options.selector.labels},
             {"fieldSelector", options.selector.fields},
             {"resourceVersion", version},
             {"resourceVersionMatch", version.empty() ? "" : "NotOlderThan"},
             {"limit", options.limit > 0 ? std::to_string(options.limit) : ""},
             {"continue", options.continue_token}});
  ASSIGN_OR_RETURN(std::string body, Answer({.path_and_query = path.UrlPath() + query}, timeout));
  return DecodeList(body);
}

absl::StatusOr<KubeObject> CurlKubeApi::ParsedAnswer(HttpRequest request, absl::Duration timeout) {
  ASSIGN_OR_RETURN(std::string body, Answer(std::move(request), timeout));
  absl::StatusOr<KubeObject> object = ParseObject(body);
  if (!object.ok()) {
    return MakeStatus(absl::StatusCode::kInternal,
                      "the answer cannot be read: " + MessageOf(object.status()));
  }
  return object;
}

void CurlKubeApi::AddHeaders(HttpRequest& request) {
  request.headers.push_back(fmt::format("Accept: {}", kJsonType));
  if (std::string authorization = credentials_.AuthorizationHeader(); !authorization.empty()) {
    request.headers.push_back("Authorization: " + authorization);
  }
}

// One request and its answer, whatever the answer's code; a read is sent again once when its
// connection broke.
absl::StatusOr<HttpResponse> CurlKubeApi::Exchange(const HttpRequest& request,
                                                   absl::Duration deadline) {
  absl::StatusOr<HttpResponse> response =
      loop_->Perform(request, deadline - SystemClock().Monotonic(), options_.response_bytes_max);
  if (request.method == "GET" && absl::IsDeadlineExceeded(response.status())) {
    const absl::Duration left = deadline - SystemClock().Monotonic();
    if (left > absl::Milliseconds(1)) {
      response = loop_->Perform(request, left, options_.response_bytes_max);
    }
  }
  return response;
}

absl::StatusOr<std::string> CurlKubeApi::Answer(HttpRequest request, absl::Duration timeout) {
  if (request.body.size() > options_.request_bytes_max) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("the request is {} bytes long, the API server takes {}",
                                  request.body.size(), options_.request_bytes_max));
  }
  const absl::Duration deadline = SystemClock().Monotonic() + timeout;
  const std::vector<std::string> headers = request.headers;
  bool refused = false;
  for (int attempt = 0;; ++attempt) {
    request.headers = headers;
    AddHeaders(request);
    ASSIGN_OR_RETURN(HttpResponse response, Exchange(request, deadline));
    if (response.code >= 200 && response.code < 300) {
      return std::move(response.body);
    }
    absl::Status status = StatusFromResponse(response.code, response.body, response.retry_after);
    if (response.code == 401 && !refused) {
      refused = true;
      credentials_.Refused();
      continue;
    }
    int64_t seconds = 0;
    const bool told_to_retry = absl::IsUnavailable(status) &&
                               absl::SimpleAtoi(response.retry_after, &seconds) && seconds >= 0;
    const absl::Duration wait = absl::Seconds(seconds);
    if (!told_to_retry || attempt >= options_.retries_max ||
        SystemClock().Monotonic() + wait >= deadline ||
        stopping_.WaitForNotificationWithTimeout(wait)) {
      return status;
    }
  }
}

// Everything of one watch that its callbacks share.
struct WatchState {
  WatchState(size_t frame_bytes_max, WatchCallbacks watch_callbacks)
      : splitter(frame_bytes_max), callbacks(std::move(watch_callbacks)) {}

  FrameSplitter splitter;
  WatchCallbacks callbacks;
};

std::unique_ptr<WatchHandle> CurlKubeApi::Watch(const ResourcePath& path,
                                                const WatchOptions& options,
                                                WatchCallbacks callbacks) {
  HttpRequest request{.path_and_query =
                          path.UrlPath() +
                          Query({{"watch", "1"},
                                 {"allowWatchBookmarks", "true"},
                                 {"resourceVersion", options.resource_version},
                                 {"timeoutSeconds", std::to_string(std::max<int64_t>(
                                                        1, absl::ToInt64Seconds(options.timeout)))},
                                 {"labelSelector", options.selector.labels},
                                 {"fieldSelector", options.selector.fields}})};
  AddHeaders(request);
  auto state = std::make_shared<WatchState>(options_.watch_frame_bytes_max, std::move(callbacks));
  auto on_frame = [state](std::string_view frame) -> absl::Status {
    ASSIGN_OR_RETURN(WatchEvent event, DecodeWatchEvent(frame));
    state->callbacks.on_event(std::move(event));
    return absl::OkStatus();
  };
  auto on_end = [this, state](const absl::Status& status, const HttpResponse& response) {
    if (response.code == 401) {
      credentials_.Refused();
    }
    const bool answered_otherwise = status.ok() && response.code != 200;
    state->callbacks.on_end(
        answered_otherwise ? StatusFromResponse(response.code, response.body, response.retry_after)
                           : status);
  };
  const uint64_t stream = loop_->StartStream(
      request, options_.watch_silence_max,
      {.on_data = [state, on_frame](
                      std::string_view bytes) { return state->splitter.Feed(bytes, on_frame); },
       .on_end = on_end});
  return std::make_unique<StreamHandle>(*loop_, stream);
}

}  // namespace

absl::StatusOr<std::unique_ptr<KubeApi>> MakeCurlKubeApi(KubeConfig config,
                                                         CurlKubeApiOptions options) {
  if (config.server.rfind("https://", 0) != 0 && config.server.rfind("http://", 0) != 0) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("server \"{}\" is not an http(s) URL", config.server));
  }
  ASSIGN_OR_RETURN(std::unique_ptr<HttpLoop> loop,
                   MakeHttpLoop({.url = config.server,
                                 .ca_file = config.ca_file,
                                 .ca_pem = config.ca_pem,
                                 .tls_server_name = config.tls_server_name,
                                 .insecure_skip_tls_verify = config.insecure_skip_tls_verify,
                                 .proxy_url = config.proxy_url,
                                 .client_certificate_pem = config.client_certificate_pem,
                                 .client_key_pem = config.client_key_pem,
                                 .user_agent = options.user_agent,
                                 .connect_timeout = options.connect_timeout}));
  return std::unique_ptr<KubeApi>(
      std::make_unique<CurlKubeApi>(config, std::move(options), std::move(loop)));
}

}  // namespace redisop
