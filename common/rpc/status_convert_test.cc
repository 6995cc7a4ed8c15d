#include "common/rpc/status_convert.h"

#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"

namespace redisop {
namespace {

TEST(StatusConvert, AllCodesPassBothWays) {
  for (int code = 0; code <= 16; ++code) {
    const auto status =
        code == 0 ? absl::OkStatus() : MakeStatus(static_cast<absl::StatusCode>(code), "why");
    EXPECT_EQ(ToGrpc(status).error_code(), code);
    EXPECT_EQ(FromGrpc(ToGrpc(status)), status);
  }
}

TEST(StatusConvert, UnknownCodesAndLongMessagesAreLimited) {
  EXPECT_EQ(ToGrpc(absl::Status(static_cast<absl::StatusCode>(99), "x")).error_code(),
            grpc::StatusCode::UNKNOWN);
  EXPECT_EQ(ToGrpc(absl::InternalError(std::string(100000, 'x'))).error_message().size(), 4096u);
}

}  // namespace
}  // namespace redisop
