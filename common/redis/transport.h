// A byte stream to a server, below the Redis protocol. Never blocks but in Wait.
//
// One thread at a time. Errors are kUnavailable: the stream has ended and stays so.

#ifndef REDIS_OPERATOR_COMMON_REDIS_TRANSPORT_H_
#define REDIS_OPERATOR_COMMON_REDIS_TRANSPORT_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "common/redis/redis_address.h"

namespace redisop {

class Transport {
 public:
  virtual ~Transport() = default;

  // Reads what is there. The number of bytes; 0: nothing now.
  virtual absl::StatusOr<size_t> Read(absl::Span<char> buffer) = 0;

  // Writes what fits. The number of bytes taken; 0: nothing fits now.
  virtual absl::StatusOr<size_t> Write(std::string_view bytes) = 0;

  // Until Read, or with `for_write` also until Write, would do something. kDeadlineExceeded after
  // `timeout`.
  virtual absl::Status Wait(bool for_write, absl::Duration timeout) = 0;
};

// Connects a unix or TCP socket. kUnavailable: refused, unknown host, or not within `timeout`.
// Names are resolved by the system without regard to `timeout`; of a name with several addresses
// each is tried for `timeout`. Numeric addresses need none of that.
absl::StatusOr<std::unique_ptr<Transport>> ConnectSocket(const RedisAddress& address,
                                                         absl::Duration timeout);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_REDIS_TRANSPORT_H_
