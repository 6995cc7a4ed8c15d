// What gRPC wants to say goes through the log of the process instead of straight to standard error.

#ifndef REDIS_OPERATOR_COMMON_RPC_GRPC_LOG_H_
#define REDIS_OPERATOR_COMMON_RPC_GRPC_LOG_H_

namespace redisop {

// From the first call on, gRPC's errors appear as warnings of the logger "grpc": most of them are
// the other side's (a refused handshake, a taken port that Start reports as well). Its lower levels
// are dropped. Thread-safe.
void RouteGrpcLog();

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_RPC_GRPC_LOG_H_
