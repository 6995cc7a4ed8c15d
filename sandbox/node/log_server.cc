#include "sandbox/node/log_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "common/base/status.h"
#include "fmt/format.h"
#include "sandbox/node/log_query.h"

namespace redisop {
namespace {

namespace fs = std::filesystem;

constexpr int kConnectionsMax = 64;
constexpr size_t kRequestBytesMax = 16384;
constexpr absl::Duration kFollowPeriod = absl::Milliseconds(100);

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

// The newest run's file of a container, or the one before; nullopt: there is none.
std::optional<fs::path> FindLog(const std::string& logs, const LogQuery& query) {
  std::error_code error;
  const std::string prefix = fmt::format("{}_{}_", query.namespace_name, query.pod);
  std::vector<std::pair<fs::file_time_type, fs::path>> pods;
  for (const fs::directory_entry& pod : fs::directory_iterator(logs, error)) {
    const fs::path folder = pod.path() / query.container;
    if (pod.path().filename().string().starts_with(prefix) && fs::is_directory(folder, error)) {
      pods.emplace_back(fs::last_write_time(folder, error), folder);
    }
  }
  if (pods.empty()) return std::nullopt;
  const fs::path folder = std::max_element(pods.begin(), pods.end())->second;
  int newest = -1;
  while (fs::exists(folder / fmt::format("{}.log", newest + 1), error)) ++newest;
  const int wanted = query.is_previous ? newest - 1 : newest;
  if (wanted < 0) return std::nullopt;
  return folder / fmt::format("{}.log", wanted);
}

}  // namespace

struct LogServer::State {
  std::string logs;
  std::unique_ptr<SSL_CTX, SslFree> context;
  int listener = -1;
  int port = 0;
  absl::Notification stop;
  absl::Mutex mutex;
  int connections ABSL_GUARDED_BY(mutex) = 0;
  std::thread acceptor;

  void Accept();
  void Serve(int connection);
  void Answer(SSL* ssl, const std::string& request);
  void SendLog(SSL* ssl, const LogQuery& query);
};

namespace {

bool Send(SSL* ssl, std::string_view text) {
  return text.empty() || SSL_write(ssl, text.data(), static_cast<int>(text.size())) > 0;
}

void SendPage(SSL* ssl, std::string_view status, std::string_view text) {
  Send(ssl, fmt::format("HTTP/1.1 {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                        "Connection: close\r\n\r\n{}",
                        status, text.size(), text));
}

std::string ReadRequest(SSL* ssl) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos && request.size() < kRequestBytesMax) {
    const int size = SSL_read(ssl, buffer, sizeof buffer);
    if (size <= 0) return "";
    request.append(buffer, static_cast<size_t>(size));
  }
  return request;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogServer>> LogServer::Start(const std::string& pki,
                                                            const std::string& logs_directory) {
  auto state = std::make_unique<State>();
  state->logs = logs_directory;
  state->context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = state->context.get();
  const std::string certificate = pki + "/server.crt", key = pki + "/server.key";
  if (SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_load_verify_locations(context, (pki + "/ca.crt").c_str(), nullptr) != 1) {
    return MakeStatus(absl::StatusCode::kInternal, "the certificates in " + pki);
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  const unsigned char id[] = "sandbox";  // sessions are only resumed with one
  SSL_CTX_set_session_id_context(context, id, sizeof id);
  state->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(state->listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(state->listener, kConnectionsMax) != 0) {
    return MakeStatus(absl::StatusCode::kUnavailable, "no port for container logs");
  }
  getsockname(state->listener, reinterpret_cast<sockaddr*>(&address), &size);
  state->port = ntohs(address.sin_port);
  std::unique_ptr<LogServer> server(new LogServer(std::move(state)));
  server->state_->acceptor = std::thread([s = server->state_.get()] { s->Accept(); });
  return server;
}

LogServer::LogServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

LogServer::~LogServer() {
  state_->stop.Notify();
  shutdown(state_->listener, SHUT_RDWR);
  state_->acceptor.join();
  {
    // Transfers end with `stop`, reads and writes after two seconds.
    absl::MutexLock lock(&state_->mutex);
    state_->mutex.Await(absl::Condition(
        +[](int* connections) { return *connections == 0; }, &state_->connections));
  }
  close(state_->listener);
}

int LogServer::port() const { return state_->port; }

void LogServer::State::Accept() {
  while (!stop.HasBeenNotified()) {
    const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    absl::MutexLock lock(&mutex);
    if (connections >= kConnectionsMax) {
      close(connection);
      continue;
    }
    ++connections;
    std::thread([this, connection] {
      Serve(connection);
      close(connection);
      absl::MutexLock done(&mutex);
      --connections;
    }).detach();
  }
}

void LogServer::State::Serve(int connection) {
  const timeval two_seconds{.tv_sec = 2, .tv_usec = 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &two_seconds, sizeof two_seconds);
  setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &two_seconds, sizeof two_seconds);
  const std::unique_ptr<SSL, SslFree> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), connection);
  if (SSL_accept(ssl.get()) == 1) {
    Answer(ssl.get(), ReadRequest(ssl.get()));
    SSL_shutdown(ssl.get());
  }
  ERR_clear_error();
}

void LogServer::State::Answer(SSL* ssl, const std::string& request) {
  const std::optional<LogQuery> query = ParseLogRequest(request);
  if (query) return SendLog(ssl, *query);
  SendPage(ssl, "501 Not Implemented",
           "process nodes of the sandbox only serve logs. Instead of exec, attach and port-forward "
           "use programs of this machine directly: pods have addresses of its loopback, e.g. "
           "redis-cli -h POD_IP\n");
}

void LogServer::State::SendLog(SSL* ssl, const LogQuery& query) {
  const std::optional<fs::path> path = FindLog(logs, query);
  if (!path) return SendPage(ssl, "404 Not Found", "no log of this container\n");
  std::ifstream file(*path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!Send(ssl, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n") ||
      !Send(ssl, LastLines(content.view(), query.tail_lines))) {
    return;
  }
  std::error_code error;
  while (query.follows && !stop.HasBeenNotified()) {
    // The newest run only, and only while the pod is there.
    if (FindLog(logs, query) != path || !fs::exists(*path, error)) return;
    file.clear();
    char buffer[8192];
    file.read(buffer, sizeof buffer);
    const auto size = static_cast<size_t>(file.gcount());
    if (size == 0) {
      stop.WaitForNotificationWithTimeout(kFollowPeriod);
    } else if (!Send(ssl, std::string_view(buffer, size))) {
      return;
    }
  }
}

}  // namespace redisop
