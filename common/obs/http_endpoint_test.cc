#include "common/obs/http_endpoint.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <atomic>

#include "common/obs/metrics.h"
#include "common/testing/status_matchers.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;

size_t Append(char* data, size_t size, size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, size * count);
  return size * count;
}

HttpReply Get(int port, const std::string& path, const char* method = "GET") {
  HttpReply reply{0, ""};
  CURL* curl = curl_easy_init();
  const std::string url = "http://127.0.0.1:" + std::to_string(port) + path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 5000L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply.text);
  if (curl_easy_perform(curl) == CURLE_OK) {
    long code = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
    reply.code = static_cast<int>(code);
  }
  curl_easy_cleanup(curl);
  return reply;
}

TEST(HttpEndpoint, ServesMetricsHealthReadinessAndFurtherPaths) {
  Metrics metrics("x_");
  std::atomic<bool> ready{false};
  ASSERT_OK_AND_ASSIGN(
      const auto endpoint,
      HttpEndpoint::Start(
          {.listen_address = "127.0.0.1:0",
           .metrics = &metrics,
           .ready = [&] { return ready ? absl::OkStatus() : absl::UnavailableError("syncing"); },
           .handlers = {{"/prestop", [](std::string_view query) {
                           return HttpReply{202, "for " + std::string(query)};
                         }}}}));
  const int port = endpoint->port();
  EXPECT_THAT(Get(port, "/metrics").text, HasSubstr("x_build_info"));
  EXPECT_EQ(Get(port, "/healthz").code, 200);
  EXPECT_EQ(Get(port, "/readyz").code, 503);
  EXPECT_THAT(Get(port, "/readyz").text, HasSubstr("syncing"));
  ready = true;
  EXPECT_EQ(Get(port, "/readyz").text, "ok\n");
  EXPECT_EQ(Get(port, "/prestop?pod=a").text, "for pod=a");
  EXPECT_EQ(Get(port, "/prestop?pod=a").code, 202);
  EXPECT_EQ(Get(port, "/etc/passwd").code, 404);
  EXPECT_EQ(Get(port, "/healthz", "POST").code, 405);
}

TEST(HttpEndpoint, SaysThatAnAddressIsTakenOrWrong) {
  ASSERT_OK_AND_ASSIGN(const auto first, HttpEndpoint::Start({.listen_address = "127.0.0.1:0"}));
  const std::string taken = "127.0.0.1:" + std::to_string(first->port());
  EXPECT_THAT(HttpEndpoint::Start({.listen_address = taken}).status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(taken)));
  EXPECT_THAT(HttpEndpoint::Start({.listen_address = "localhost"}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace redisop
