#include "common/testing/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace redisop {
namespace {

// Below 22768, so that the bus port (+10000) also stays under the kernel's range, which starts at
// 32768.
constexpr int kFirstPort = 12000;
constexpr int kPortCount = 10000;

bool CanBind(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return false;
  }
  // As servers do it; otherwise connections of an earlier test in TIME_WAIT would count as taken.
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  const bool free = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  ::close(fd);
  return free;
}

}  // namespace

int FreePort() {
  // Parallel test programs start 97 ports apart or more: their process ids differ.
  static std::atomic<int> next{(static_cast<int>(::getpid()) * 97) % kPortCount};
  for (int i = 0; i < kPortCount; ++i) {
    const int port = kFirstPort + next.fetch_add(1) % kPortCount;
    if (CanBind(port) && CanBind(port + 10000)) {
      return port;
    }
  }
  std::fputs("no free TCP port\n", stderr);
  std::abort();
}

std::vector<int> FreePorts(int count) {
  std::vector<int> ports;
  for (int i = 0; i < count; ++i) {
    ports.push_back(FreePort());
  }
  return ports;
}

}  // namespace redisop
