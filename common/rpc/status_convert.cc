#include "common/rpc/status_convert.h"

#include "common/base/status.h"

namespace redisop {
namespace {

constexpr size_t kMessageBytesMax = 4096;
constexpr int kLastCode = static_cast<int>(absl::StatusCode::kUnauthenticated);

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) {
    return grpc::Status::OK;
  }
  const int code = static_cast<int>(status.code());
  const std::string message = MessageOf(status).substr(0, kMessageBytesMax);
  return grpc::Status(code > 0 && code <= kLastCode ? static_cast<grpc::StatusCode>(code)
                                                    : grpc::StatusCode::UNKNOWN,
                      message);
}

absl::Status FromGrpc(const grpc::Status& status) {
  return MakeStatus(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace redisop
