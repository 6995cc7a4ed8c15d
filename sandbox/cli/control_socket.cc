#include "sandbox/cli/control_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "common/base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace redisop {
namespace {

constexpr int kRequestMilliseconds = 5000;
constexpr int kReplyMilliseconds = 30000;
constexpr size_t kRequestBytesMax = 4096;
constexpr size_t kReplyBytesMax = 4 << 20;

absl::Status SystemError(std::string_view what) {
  return MakeStatus(absl::StatusCode::kUnavailable, fmt::format("{}: {}", what, strerror(errno)));
}

// The address of DIRECTORY/control.sock by way of an open descriptor: a socket's path has at most
// 107 bytes.
sockaddr_un AddressIn(int directory) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = fmt::format("/proc/self/fd/{}/control.sock", directory);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// Until the other side is done; empty on a timeout or when there is too much.
std::string ReadToEnd(int descriptor, int milliseconds, size_t bytes_max) {
  std::string text;
  char buffer[4096];
  pollfd readable{.fd = descriptor, .events = POLLIN, .revents = 0};
  while (poll(&readable, 1, milliseconds) > 0) {
    const ssize_t size = read(descriptor, buffer, sizeof buffer);
    if (size <= 0) return text;
    text.append(buffer, static_cast<size_t>(size));
    if (text.size() > bytes_max) break;
  }
  return "";
}

void WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
    if (size <= 0) return;  // the client has gone; there is nobody to tell
    text.remove_prefix(static_cast<size_t>(size));
  }
  shutdown(descriptor, SHUT_WR);
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlServer>> ControlServer::Start(const std::string& directory,
                                                                    Handler handler) {
  const int folder = open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return SystemError("open " + directory);
  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressIn(folder);
  const bool listens =
      bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      listen(listener, 16) == 0;
  const absl::Status error = listens ? absl::OkStatus() : SystemError("listen in " + directory);
  close(folder);
  if (!error.ok()) {
    close(listener);
    return error;
  }
  return std::unique_ptr<ControlServer>(
      new ControlServer(listener, eventfd(0, EFD_CLOEXEC), std::move(handler)));
}

ControlServer::ControlServer(int listener, int end, Handler handler)
    : listener_(listener), end_(end), handler_(std::move(handler)), thread_([this] { Run(); }) {}

ControlServer::~ControlServer() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t size = write(end_, &one, sizeof one);
  thread_.join();
  close(listener_);
  close(end_);
}

void ControlServer::Run() {
  while (true) {
    pollfd descriptors[] = {{.fd = listener_, .events = POLLIN, .revents = 0},
                            {.fd = end_, .events = POLLIN, .revents = 0}};
    poll(descriptors, 2, -1);
    if (descriptors[1].revents != 0) return;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    Serve(connection);
    close(connection);
  }
}

void ControlServer::Serve(int connection) {
  const std::vector<std::string> words =
      Words(ReadToEnd(connection, kRequestMilliseconds, kRequestBytesMax));
  const absl::StatusOr<std::string> reply = handler_(words);
  WriteAll(connection, reply.ok() ? "ok\n" + *reply
                                  : fmt::format("{}\n{}", static_cast<int>(reply.status().code()),
                                                MessageOf(reply.status())));
}

absl::StatusOr<std::string> AskSandbox(const std::string& directory,
                                       const std::vector<std::string>& words) {
  const int folder = open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return MakeStatus(absl::StatusCode::kUnavailable, "no sandbox is up in " + directory);
  }
  const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = AddressIn(folder);
  std::string reply;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    WriteAll(connection, fmt::format("{}\n", fmt::join(words, "\n")));
    reply = ReadToEnd(connection, kReplyMilliseconds, kReplyBytesMax);
  }
  close(connection);
  close(folder);
  const size_t line = reply.find('\n');
  if (line == std::string::npos) {
    return MakeStatus(absl::StatusCode::kUnavailable,
                      "the sandbox in " + directory + " does not answer");
  }
  if (reply.starts_with("ok\n")) return reply.substr(line + 1);
  return MakeStatus(static_cast<absl::StatusCode>(std::atoi(reply.c_str())),
                    reply.substr(line + 1));
}

}  // namespace redisop
