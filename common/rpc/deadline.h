// Deadlines of calls. Every client call has one; a server bounds its work even when the caller sent
// none.
//
//   std::unique_ptr<grpc::ClientContext> context = MakeClientContext(absl::Seconds(2));
//   stub->Observe(context.get(), request, &response);

#ifndef REDIS_OPERATOR_COMMON_RPC_DEADLINE_H_
#define REDIS_OPERATOR_COMMON_RPC_DEADLINE_H_

#include <memory>

#include "absl/time/time.h"

namespace grpc {
class ClientContext;
class ServerContextBase;
}  // namespace grpc

namespace redisop {

// A context for one call that ends with DEADLINE_EXCEEDED after `timeout`, counted from now.
std::unique_ptr<grpc::ClientContext> MakeClientContext(absl::Duration timeout);

// How long the caller of this call still waits, at most `cap`, at least zero. For the time limit of
// the work, and, minus a margin, for calls made on its behalf.
absl::Duration TimeLeft(const grpc::ServerContextBase& context, absl::Duration cap);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_RPC_DEADLINE_H_
