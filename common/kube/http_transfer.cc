#include "common/kube/http_transfer.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"

namespace redisop {
namespace {

constexpr size_t kErrorBodyBytesMax = size_t{64} << 10;
// A connection whose peer does not acknowledge for this long is broken; TCP alone would take a
// quarter of an hour.
constexpr unsigned kUnacknowledgedMilliseconds = 45'000;
constexpr long kKeepaliveIdleSeconds = 30;
constexpr long kKeepaliveIntervalSeconds = 15;

int OnSocket(void*, curl_socket_t socket, curlsocktype) {
  const unsigned timeout = kUnacknowledgedMilliseconds;
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
  return CURL_SOCKOPT_OK;
}

curl_blob Blob(const std::string& text) {
  return {.data = const_cast<char*>(text.data()), .len = text.size(), .flags = CURL_BLOB_COPY};
}

struct Url {
  std::string scheme;
  std::string authority;  // host:port
  std::string rest;       // a path prefix, as of a proxying server
};

Url Split(const std::string& url) {
  const size_t host = url.find("://") + 3;
  const size_t path = std::min(url.find('/', host), url.size());
  return {url.substr(0, host), url.substr(host, path - host), url.substr(path)};
}

bool IsLoopback(const std::string& authority) {
  return authority.rfind("127.", 0) == 0 || authority.rfind("localhost", 0) == 0 ||
         authority.rfind("[::1]", 0) == 0;
}

std::string PortOf(const Url& url) {
  const size_t colon = url.authority.rfind(':');
  if (colon == std::string::npos || url.authority.back() == ']') {
    return url.scheme == "https://" ? "443" : "80";
  }
  return url.authority.substr(colon + 1);
}

// Whether the server cannot have seen the request.
bool NothingSent(CURL* easy, CURLcode result) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return true;
    default: {
      long sent = 0;
      curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
      return sent == 0;
    }
  }
}

}  // namespace

HttpTransfer::HttpTransfer(uint64_t number, const HttpServer& server, const HttpRequest& request,
                           Options options)
    : number_(number),
      options_(std::move(options)),
      easy_(curl_easy_init()),
      body_(request.body),
      started_at_(SystemClock().Monotonic()),
      last_byte_at_(started_at_) {
  SetRequest(server, request);
  SetSecurity(server);
}

HttpTransfer::~HttpTransfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(connect_to_);
}

void HttpTransfer::SetRequest(const HttpServer& server, const HttpRequest& request) {
  const Url url = Split(server.url);
  std::string authority = url.authority;
  if (!server.tls_server_name.empty()) {
    // The name to verify goes into the URL, the address to connect to beside it.
    authority = server.tls_server_name + ":" + PortOf(url);
    connect_to_ = curl_slist_append(nullptr, ("::" + url.authority).c_str());
    curl_easy_setopt(easy_, CURLOPT_CONNECT_TO, connect_to_);
  }
  curl_easy_setopt(easy_, CURLOPT_URL,
                   (url.scheme + authority + url.rest + request.path_and_query).c_str());
  curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, server.user_agent.c_str());
  if (!server.proxy_url.empty() || IsLoopback(url.authority)) {
    curl_easy_setopt(easy_, CURLOPT_PROXY, server.proxy_url.c_str());
  }
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
  curl_easy_setopt(easy_, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  for (const std::string& header : request.headers) {
    headers_ = curl_slist_append(headers_, header.c_str());
  }
  headers_ = curl_slist_append(headers_, "Expect:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  if (!body_.empty()) {
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body_.data());
  }
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &HttpTransfer::OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &HttpTransfer::OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(server.connect_timeout)));
  if (options_.timeout < absl::InfiniteDuration()) {
    const int64_t milliseconds = absl::ToInt64Milliseconds(options_.timeout);
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(std::max<int64_t>(1, milliseconds)));
  }
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPIDLE, kKeepaliveIdleSeconds);
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPINTVL, kKeepaliveIntervalSeconds);
  curl_easy_setopt(easy_, CURLOPT_SOCKOPTFUNCTION, &OnSocket);
}

void HttpTransfer::SetSecurity(const HttpServer& server) {
  if (!server.ca_file.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAINFO, server.ca_file.c_str());
    // Five minutes until a changed file is read again.
    curl_easy_setopt(easy_, CURLOPT_CA_CACHE_TIMEOUT, 300L);
  } else if (!server.ca_pem.empty()) {
    curl_blob ca = Blob(server.ca_pem);
    curl_easy_setopt(easy_, CURLOPT_CAINFO_BLOB, &ca);
  }
  if (!server.ca_file.empty() || !server.ca_pem.empty()) {
    curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
  }
  if (server.insecure_skip_tls_verify) {
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!server.client_certificate_pem.empty()) {
    curl_blob certificate = Blob(server.client_certificate_pem);
    curl_blob key = Blob(server.client_key_pem);
    curl_easy_setopt(easy_, CURLOPT_SSLCERT_BLOB, &certificate);
    curl_easy_setopt(easy_, CURLOPT_SSLCERTTYPE, "PEM");
    curl_easy_setopt(easy_, CURLOPT_SSLKEY_BLOB, &key);
    curl_easy_setopt(easy_, CURLOPT_SSLKEYTYPE, "PEM");
  }
}

size_t HttpTransfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::string_view line(data, size * count);
  transfer.last_byte_at_ = SystemClock().Monotonic();
  constexpr std::string_view kRetryAfter = "retry-after:";
  if (line.size() > kRetryAfter.size() &&
      strncasecmp(line.data(), kRetryAfter.data(), kRetryAfter.size()) == 0) {
    const size_t begin = line.find_first_not_of(" \t", kRetryAfter.size());
    const size_t end = line.find_last_not_of(" \t\r\n");
    if (begin != std::string_view::npos && begin <= end) {
      transfer.response_.retry_after = line.substr(begin, end + 1 - begin);
    }
  }
  return line.size();
}

size_t HttpTransfer::OnBody(char* data, size_t size, size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::string_view piece(data, size * count);
  transfer.last_byte_at_ = SystemClock().Monotonic();
  long code = 0;
  curl_easy_getinfo(transfer.easy_, CURLINFO_RESPONSE_CODE, &code);
  if (transfer.options_.on_data && code == 200) {
    transfer.refused_ = transfer.options_.on_data(piece);
    return transfer.refused_.ok() ? piece.size() : 0;
  }
  const size_t limit =
      transfer.options_.on_data ? kErrorBodyBytesMax : transfer.options_.body_bytes_max;
  std::string& body = transfer.response_.body;
  if (body.size() + piece.size() > limit) {
    transfer.refused_ = MakeStatus(absl::StatusCode::kResourceExhausted,
                                   fmt::format("the answer is longer than {} bytes", limit));
    return 0;
  }
  body.append(piece);
  return piece.size();
}

absl::Status HttpTransfer::StatusOf(CURLcode result) const {
  if (!refused_.ok()) {
    return refused_;
  }
  if (result == CURLE_OK) {
    return absl::OkStatus();
  }
  const bool never_sent = NothingSent(easy_, result);
  return MakeStatus(
      never_sent ? absl::StatusCode::kUnavailable : absl::StatusCode::kDeadlineExceeded,
      fmt::format("{} ({})", error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(result),
                  static_cast<int>(result)));
}

void HttpTransfer::Finish(CURLcode result) {
  long code = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
  response_.code = static_cast<int>(code);
  options_.on_end(StatusOf(result), std::move(response_));
}

void HttpTransfer::Abandon(const absl::Status& status) {
  options_.on_end(status, std::move(response_));
}

}  // namespace redisop
