// absl::Status inside, grpc::Status on the wire. The codes are the same sixteen; messages pass
// unchanged.

#ifndef REDIS_OPERATOR_COMMON_RPC_STATUS_CONVERT_H_
#define REDIS_OPERATOR_COMMON_RPC_STATUS_CONVERT_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace redisop {

// For the end of a handler. A code outside the sixteen becomes UNKNOWN. Messages are cut at 4 KiB:
// they travel in a header whose size is limited.
grpc::Status ToGrpc(const absl::Status& status);

// For the result of a client call. Error details are dropped.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_RPC_STATUS_CONVERT_H_
