// TLS over any other transport: OpenSSL between the Redis protocol and the bytes on the socket.
//
// Source: redis-server's TLS mode (tls-port), which is plain TLS from the first byte on.

#ifndef REDIS_OPERATOR_COMMON_REDIS_TLS_TRANSPORT_H_
#define REDIS_OPERATOR_COMMON_REDIS_TLS_TRANSPORT_H_

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/redis/redis_connection.h"
#include "common/redis/transport.h"

struct ssl_ctx_st;

namespace redisop {

// Certificates, read once. Thread-safe.
class TlsContext {
 public:
  // kInvalidArgument names the file that cannot be read or does not fit.
  static absl::StatusOr<std::unique_ptr<TlsContext>> Make(const TlsFiles& files);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // Speaks TLS 1.2 or 1.3 over `inner`. The server's certificate must be signed by a known
  // authority and carry `host`, a name or an address. kUnavailable: the handshake did not end
  // within `timeout`, or nobody speaks TLS there. kPermissionDenied: the certificate is refused;
  // the message says why. A server that refuses ours says so in the first Read (TLS 1.3).
  absl::StatusOr<std::unique_ptr<Transport>> Connect(std::unique_ptr<Transport> inner,
                                                     std::string_view host,
                                                     absl::Duration timeout) const;

 private:
  explicit TlsContext(TlsFiles files, ssl_ctx_st* context);

  const TlsFiles files_;
  ssl_ctx_st* const context_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_REDIS_TLS_TRANSPORT_H_
