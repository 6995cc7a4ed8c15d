#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "common/base/status.h"
#include "common/redis/transport.h"

namespace redisop {
namespace {

absl::Status Broken(std::string_view what, int error) {
  return MakeStatus(absl::StatusCode::kUnavailable,
                    fmt::format("{}: {}", what, std::strerror(error)));
}

// poll(2) in milliseconds, rounded up so that a short wait isn't a busy loop.
int PollMilliseconds(absl::Duration timeout) {
  const int64_t milliseconds = absl::ToInt64Milliseconds(timeout + absl::Microseconds(999));
  return static_cast<int>(std::clamp<int64_t>(milliseconds, 0, INT_MAX));
}

absl::Status PollFor(int fd, int16_t events, absl::Duration timeout) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  const int ready = poll(&entry, 1, PollMilliseconds(timeout));
  if (ready > 0 || (ready < 0 && errno == EINTR)) {
    return absl::OkStatus();
  }
  if (ready == 0) {
    return MakeStatus(absl::StatusCode::kDeadlineExceeded, "no answer in time");
  }
  return Broken("poll", errno);
}

class SocketTransport : public Transport {
 public:
  explicit SocketTransport(int fd) : fd_(fd) {}
  ~SocketTransport() override { close(fd_); }
  SocketTransport(const SocketTransport&) = delete;
  SocketTransport& operator=(const SocketTransport&) = delete;

  absl::StatusOr<size_t> Read(absl::Span<char> buffer) override {
    const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
    if (count > 0) {
      return static_cast<size_t>(count);
    }
    if (count == 0) {
      return MakeStatus(absl::StatusCode::kUnavailable, "redis closed the connection");
    }
    return NothingOr("read");
  }

  absl::StatusOr<size_t> Write(std::string_view bytes) override {
    const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      return static_cast<size_t>(count);
    }
    return NothingOr("write");
  }

  absl::Status Wait(bool for_write, absl::Duration timeout) override {
    return PollFor(fd_, static_cast<int16_t>(for_write ? POLLIN | POLLOUT : POLLIN), timeout);
  }

 private:
  static absl::StatusOr<size_t> NothingOr(std::string_view what) {
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
      return size_t{0};
    }
    return Broken(what, errno);
  }

  const int fd_;
};

absl::StatusOr<std::unique_ptr<Transport>> ConnectTo(const sockaddr* address, socklen_t size,
                                                     absl::Duration timeout) {
  const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return Broken("socket", errno);
  }
  auto transport = std::make_unique<SocketTransport>(fd);
  if (connect(fd, address, size) == 0) {
    return transport;
  }
  if (errno != EINPROGRESS) {
    return Broken("connect", errno);
  }
  if (absl::Status status = PollFor(fd, POLLOUT, timeout); !status.ok()) {
    return MakeStatus(absl::StatusCode::kUnavailable, "connect: no answer in time");
  }
  int error = 0;
  socklen_t length = sizeof(error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    return Broken("connect", error);
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return transport;
}

absl::StatusOr<std::unique_ptr<Transport>> ConnectUnix(const std::string& path,
                                                       absl::Duration timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return MakeStatus(absl::StatusCode::kUnavailable, "the path of the socket is too long");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  // The socket interface takes every kind of address through this cast.
  return ConnectTo(reinterpret_cast<const sockaddr*>(&address), sizeof(address), timeout);
}

absl::StatusOr<std::unique_ptr<Transport>> ConnectTcp(const RedisAddress& where,
                                                      absl::Duration timeout) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
  if (error != 0) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("resolve: {}", gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  // "localhost" is ::1 first, and many a redis-server listens on 127.0.0.1 only.
  auto transport = ConnectTo(found->ai_addr, found->ai_addrlen, timeout);
  for (const addrinfo* next = found->ai_next; next != nullptr && !transport.ok();
       next = next->ai_next) {
    transport = ConnectTo(next->ai_addr, next->ai_addrlen, timeout);
  }
  return transport;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Transport>> ConnectSocket(const RedisAddress& address,
                                                         absl::Duration timeout) {
  auto transport = address.unix_path.empty() ? ConnectTcp(address, timeout)
                                             : ConnectUnix(address.unix_path, timeout);
  if (!transport.ok()) {
    return Annotate(transport.status(), ToString(address));
  }
  return transport;
}

}  // namespace redisop
