#include "services/agent/launcher/resp_client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace redisop {
namespace {

constexpr size_t kLongestReply = size_t{1} << 20;

}  // namespace

RespClient::RespClient(std::string where, int deadline_milliseconds)
    : where_(std::move(where)),
      deadline_(std::chrono::steady_clock::now() +
                std::chrono::milliseconds(deadline_milliseconds)) {}

RespClient::~RespClient() {
  if (fd_ >= 0) close(fd_);
}

bool RespClient::ConnectTcp() {
  const size_t colon = where_.rfind(':');
  const std::string host = where_.substr(0, colon);
  const auto port = static_cast<uint16_t>(std::atoi(where_.c_str() + colon + 1));
  sockaddr_in6 six = {};
  sockaddr_in four = {};
  const bool is_six = inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1;
  if (!is_six && inet_pton(AF_INET, host.c_str(), &four.sin_addr) != 1) {
    error_ = "not an address: " + where_;
    return false;
  }
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  four.sin_family = AF_INET;
  four.sin_port = htons(port);
  fd_ = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto* address =
      is_six ? reinterpret_cast<const sockaddr*>(&six) : reinterpret_cast<const sockaddr*>(&four);
  const int result = fd_ < 0 ? -1 : connect(fd_, address, is_six ? sizeof six : sizeof four);
  if (result == 0 || (fd_ >= 0 && errno == EINPROGRESS && WaitFor(POLLOUT))) return true;
  if (error_.empty()) error_ = "connect " + where_ + ": " + std::strerror(errno);
  return false;
}

bool RespClient::Connect() {
  if (where_.find('/') == std::string::npos) return ConnectTcp();
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (where_.size() >= sizeof address.sun_path) {
    error_ = "the socket's path is too long: " + where_;
    return false;
  }
  std::memcpy(address.sun_path, where_.c_str(), where_.size() + 1);
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // A full backlog answers EAGAIN at once for a unix socket: the server hangs.
  if (fd_ >= 0 && connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return true;
  }
  error_ = "connect " + where_ + ": " + std::strerror(errno);
  return false;
}

bool RespClient::WaitFor(short events) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline_ - std::chrono::steady_clock::now());
  pollfd waiting = {fd_, events, 0};
  const int ready = poll(&waiting, 1, static_cast<int>(std::max<int64_t>(0, left.count())));
  if (ready > 0 || (ready < 0 && errno == EINTR)) return true;
  error_ = ready == 0 ? "no answer in time" : std::string("poll: ") + std::strerror(errno);
  return false;
}

bool RespClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno != EAGAIN && errno != EINTR) {
      error_ = std::string("send: ") + std::strerror(errno);
      return false;
    } else if (!WaitFor(POLLOUT)) {
      return false;
    }
  }
  return true;
}

bool RespClient::ReadMore() {
  char buffer[16384];
  while (received_.size() < kLongestReply) {
    const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
    if (got > 0) {
      received_.append(buffer, static_cast<size_t>(got));
      return true;
    }
    if (got == 0) {
      error_ = "the server closed the connection";
      return false;
    }
    if (errno != EAGAIN && errno != EINTR) {
      error_ = std::string("receive: ") + std::strerror(errno);
      return false;
    }
    if (!WaitFor(POLLIN)) return false;
  }
  error_ = "the reply is too long";
  return false;
}

std::optional<std::string> RespClient::Call(const std::vector<std::string>& command) {
  if (!error_.empty() || (fd_ < 0 && !Connect())) return std::nullopt;
  std::string request = "*" + std::to_string(command.size()) + "\r\n";
  for (const std::string& word : command) {
    request += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  }
  if (!Send(request)) return std::nullopt;

  size_t line_end = 0;
  while ((line_end = received_.find("\r\n")) == std::string::npos) {
    if (!ReadMore()) return std::nullopt;
  }
  if (received_[0] == '+' || received_[0] == '-') {
    std::string reply = received_.substr(0, line_end + 2);
    received_.erase(0, line_end + 2);
    return reply;
  }
  size_t length = 0;
  const auto [end, failed] =
      std::from_chars(received_.data() + 1, received_.data() + line_end, length);
  if (received_[0] != '$' || failed != std::errc() || end != received_.data() + line_end ||
      length > kLongestReply) {
    error_ = "not a reply that was expected";
    return std::nullopt;
  }
  while (received_.size() < line_end + 2 + length + 2) {
    if (!ReadMore()) return std::nullopt;
  }
  std::string reply = received_.substr(line_end + 2, length);
  received_.erase(0, line_end + 2 + length + 2);
  return reply;
}

}  // namespace redisop
