#include "services/agent/launcher/resp_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

namespace redisop {
namespace {

constexpr size_t kLongestReply = size_t{1} << 20;

}  // namespace

RespClient::RespClient(std::string socket_path, int deadline_milliseconds)
    : socket_path_(std::move(socket_path)),
      deadline_(std::chrono::steady_clock::now() +
                std::chrono::milliseconds(deadline_milliseconds)) {}

RespClient::~RespClient() {
  if (fd_ >= 0) close(fd_);
}

bool RespClient::Connect() {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (socket_path_.size() >= sizeof address.sun_path) {
    error_ = "the socket's path is too long: " + socket_path_;
    return false;
  }
  std::memcpy(address.sun_path, socket_path_.c_str(), socket_path_.size() + 1);
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // A full backlog answers EAGAIN at once for a unix socket: the server hangs.
  if (fd_ >= 0 && connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return true;
  }
  error_ = "connect " + socket_path_ + ": " + std::strerror(errno);
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
