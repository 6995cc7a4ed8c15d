#include "sandbox/node/ip_pool.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/status.h"
#include "fmt/format.h"

namespace redisop {
namespace {

constexpr int kFirstHost = 10;
constexpr int kHostsPerByte = 241;  // .10 to .250
constexpr int kAddresses = 256 * kHostsPerByte;
// Any number will do; no pod gets 127.x.255.254.
constexpr int kClaimPort = 16380;

}  // namespace

absl::StatusOr<std::string> IpPool::Take() {
  absl::MutexLock lock(&mutex_);
  for (int tries = 0; tries < kAddresses; ++tries) {
    std::string address = Text(next_);
    next_ = (next_ + 1) % kAddresses;
    if (in_use_.insert(address).second) return address;
  }
  return MakeStatus(absl::StatusCode::kUnavailable, "all pod addresses are in use");
}

void IpPool::Release(const std::string& address) {
  absl::MutexLock lock(&mutex_);
  in_use_.erase(address);
}

std::string IpPool::Text(int index) const {
  return fmt::format("127.{}.{}.{}", network_, index / kHostsPerByte,
                     kFirstHost + index % kHostsPerByte);
}

absl::StatusOr<int> ClaimLoopbackNetwork() {
  for (int network = 10; network <= 250; ++network) {
    const int claim = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl((127U << 24) | (static_cast<uint32_t>(network) << 16) | 0xfffe);
    address.sin_port = htons(kClaimPort);
    if (bind(claim, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
        listen(claim, 1) == 0) {
      return network;  // the socket stays open until the process ends
    }
    close(claim);
  }
  return MakeStatus(absl::StatusCode::kUnavailable, "no 127.x.0.0/16 is free for pods");
}

}  // namespace redisop
