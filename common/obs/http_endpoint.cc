#include "common/obs/http_endpoint.h"

#include <arpa/inet.h>
#include <civetweb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/obs/metrics.h"
#include "fmt/format.h"

namespace redisop {
namespace {

constexpr char kThreads[] = "8";
constexpr char kRequestTimeoutMilliseconds[] = "10000";
constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::string_view kTextType = "text/plain; charset=utf-8";

absl::StatusOr<std::string> CivetwebAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon + 1 == address.size()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("address \"{}\" isn't host:port", address));
  }
  return colon == 0 ? address.substr(1) : address;
}

HttpReply FromStatus(const std::function<absl::Status()>& check) {
  const absl::Status status = check ? check() : absl::OkStatus();
  return status.ok() ? HttpReply{200, "ok\n"} : HttpReply{503, ToString(status) + "\n"};
}

void Send(mg_connection* connection, const HttpReply& reply, std::string_view type) {
  const std::string head = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: "
      "close\r\nCache-Control: no-store\r\n\r\n",
      reply.code, mg_get_response_code_text(connection, reply.code), type, reply.text.size());
  mg_write(connection, head.data(), head.size());
  mg_write(connection, reply.text.data(), reply.text.size());
}

// Civetweb would print its errors; the caller gets them as a status.
int DropMessage(const mg_connection*, const char*) { return 1; }

// Opens and closes a connection to a listener of this machine. Failure doesn't matter.
void Touch(const std::string& listen_address, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  const std::string host = listen_address.substr(0, listen_address.rfind(':'));
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 ||
      address.sin_addr.s_addr == htonl(INADDR_ANY)) {
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd >= 0) {
    static_cast<void>(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
    ::close(fd);
  }
}

}  // namespace

struct HttpEndpoint::State {
  HttpReply Answer(std::string_view path, std::string_view query) const {
    if (path == "/healthz") {
      return FromStatus(options.healthy);
    }
    if (path == "/readyz") {
      return FromStatus(options.ready);
    }
    if (path == "/metrics" && options.metrics != nullptr) {
      return {200, options.metrics->Text()};
    }
    const auto handler = options.handlers.find(std::string(path));
    return handler == options.handlers.end() ? HttpReply{404, "no such path\n"}
                                             : handler->second(query);
  }

  static int Handle(mg_connection* connection, void* data) {
    const mg_request_info* request = mg_get_request_info(connection);
    if (std::strcmp(request->request_method, "GET") != 0) {
      Send(connection, {405, "only GET\n"}, kTextType);
      return 405;
    }
    const std::string_view path = request->local_uri;
    const std::string_view query = request->query_string == nullptr ? "" : request->query_string;
    const HttpReply reply = static_cast<const State*>(data)->Answer(path, query);
    Send(connection, reply, path == "/metrics" ? kMetricsType : kTextType);
    return reply.code;
  }

  HttpEndpointOptions options;
  mg_context* server = nullptr;
  int port = 0;
};

absl::StatusOr<std::unique_ptr<HttpEndpoint>> HttpEndpoint::Start(HttpEndpointOptions options) {
  ASSIGN_OR_RETURN(const std::string address, CivetwebAddress(options.listen_address));
  mg_init_library(0);
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  const char* settings[] = {
      "listening_ports",           address.c_str(), "num_threads", kThreads, "request_timeout_ms",
      kRequestTimeoutMilliseconds, nullptr};
  mg_callbacks callbacks{};
  callbacks.log_message = DropMessage;
  state->server = mg_start(&callbacks, nullptr, settings);
  mg_server_port port{};
  if (state->server == nullptr || mg_get_server_ports(state->server, 1, &port) != 1) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("can't listen on {}", state->options.listen_address));
  }
  state->port = port.port;
  mg_set_request_handler(state->server, "**", State::Handle, state.get());
  return std::unique_ptr<HttpEndpoint>(new HttpEndpoint(std::move(state)));
}

HttpEndpoint::HttpEndpoint(std::unique_ptr<State> state) : state_(std::move(state)) {}

HttpEndpoint::~HttpEndpoint() {
  // Civetweb looks every two seconds whether it has to stop, or when a connection comes in: so one
  // does.
  absl::Notification stopped;
  std::thread stopper([&] {
    mg_stop(state_->server);
    stopped.Notify();
  });
  while (!stopped.WaitForNotificationWithTimeout(absl::Milliseconds(10))) {
    Touch(state_->options.listen_address, state_->port);
  }
  stopper.join();
}

int HttpEndpoint::port() const { return state_->port; }

}  // namespace redisop
