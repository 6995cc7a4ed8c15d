#include "sandbox/cluster/ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/status.h"
#include "fmt/format.h"

namespace redisop {
namespace {

// Binds `port` (0: any) and returns the port, or -1. The socket stays open so that the next call
// gets another port.
int Bind(int port, int* descriptor) {
  *descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(*descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  socklen_t size = sizeof address;
  if (bind(*descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0) return -1;
  getsockname(*descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

absl::StatusOr<ClusterPorts> ChoosePorts(int api_server) {
  int descriptors[3];
  ClusterPorts ports;
  ports.api_server = Bind(api_server, &descriptors[0]);
  ports.etcd_client = Bind(0, &descriptors[1]);
  ports.etcd_peer = Bind(0, &descriptors[2]);
  for (int descriptor : descriptors) close(descriptor);
  if (ports.api_server < 0) {
    return MakeStatus(absl::StatusCode::kAlreadyExists,
                      fmt::format("port {} of 127.0.0.1 is taken", api_server));
  }
  if (ports.etcd_client < 0 || ports.etcd_peer < 0) {
    return MakeStatus(absl::StatusCode::kUnavailable, "no free port on 127.0.0.1");
  }
  return ports;
}

}  // namespace redisop
