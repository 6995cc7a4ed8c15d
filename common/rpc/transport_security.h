// How two parts of the operator prove who they are: mutual TLS from files that may be replaced
// while running, or plaintext, which has to be asked for.

#ifndef REDIS_OPERATOR_COMMON_RPC_TRANSPORT_SECURITY_H_
#define REDIS_OPERATOR_COMMON_RPC_TRANSPORT_SECURITY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace redisop {

// Either `plaintext` or all three files.
struct TransportSecurity {
  // No encryption and no identity. Only on loopback, unix sockets, or by an explicit flag of the
  // user.
  bool plaintext = false;
  // Paths of PEM files: own certificate chain, its private key, and the authorities that signed the
  // other side. They are read again every 30 s, so a rotation needs no restart; new connections use
  // the new files.
  std::string certificate_file;
  std::string key_file;
  std::string ca_file;
};

// kInvalidArgument, naming the mistake, unless exactly one way is chosen and all files can be read.
absl::Status Validate(const TransportSecurity& security);

// Credentials for one server. With TLS (1.2 or 1.3; gRPC 1.51 offers no choice): clients without a
// certificate of the CA are refused. Fails as Validate does.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TransportSecurity& security);

// Credentials for any number of channels. With TLS: the server's certificate must
// carry the name that the channel expects. Fails as Validate does.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const TransportSecurity& security);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_RPC_TRANSPORT_SECURITY_H_
