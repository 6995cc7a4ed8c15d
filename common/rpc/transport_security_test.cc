#include "common/rpc/transport_security.h"

#include <gtest/gtest.h>

#include <fstream>

#include "common/rpc/channel_factory.h"
#include "common/rpc/deadline.h"
#include "common/rpc/server_runner.h"
#include "common/rpc/status_convert.h"
#include "common/testing/certificate.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace redisop {
namespace {

using grpc::health::v1::Health;
using ::testing::HasSubstr;

// Certificates of two authorities, made by openssl: `ours` (agent.example) and `other`.
class TransportSecurityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const std::string name : {"ours", "other"}) {
      ASSERT_OK(MakeCertificate(dir_.path(), name, "DNS:agent.example"));
    }
  }

  TransportSecurity Files(const std::string& name, const std::string& ca) const {
    return {.certificate_file = dir_.File(name + ".pem"),
            .key_file = dir_.File(name + ".key"),
            .ca_file = dir_.File(ca + "-ca.pem")};
  }

  absl::Status Check(const std::string& address, const ChannelOptions& options) {
    ASSIGN_OR_RETURN(const auto channel, MakeChannel(address, options));
    grpc::health::v1::HealthCheckResponse response;
    const auto context = MakeClientContext(absl::Seconds(5));
    return FromGrpc(Health::NewStub(channel)->Check(context.get(), {}, &response));
  }

  TempDir dir_;
};

TEST_F(TransportSecurityTest, OnlyPeersOfTheSameAuthorityTalkToEachOther) {
  ASSERT_OK_AND_ASSIGN(const auto server, ServerRunner::Start({.listen_address = "127.0.0.1:0",
                                                               .security = Files("ours", "ours")},
                                                              {}));
  const std::string& address = server->address();
  // Twice: gRPC 1.51 aborts when two credentials come from one options object.
  EXPECT_THAT(Check(address, {.security = Files("ours", "ours"), .server_name = "agent.example"}),
              IsOk());
  EXPECT_THAT(Check(address, {.security = Files("ours", "ours"), .server_name = "agent.example"}),
              IsOk());
  EXPECT_THAT(Check(address, {.security = Files("ours", "ours"), .server_name = "somebody.else"}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Check(address, {.security = Files("other", "ours"), .server_name = "agent.example"}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Check(address, {.security = Files("ours", "other"), .server_name = "agent.example"}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Check(address, {.security = {.plaintext = true}}),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TransportSecurityTest, MistakesAreNamed) {
  EXPECT_THAT(Validate(TransportSecurity{}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("certificate file")));
  TransportSecurity missing = Files("ours", "ours");
  missing.key_file = dir_.File("absent.key");
  EXPECT_THAT(Validate(missing),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("absent.key")));
  TransportSecurity both = Files("ours", "ours");
  both.plaintext = true;
  EXPECT_THAT(Validate(both), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("exclude")));
}

}  // namespace
}  // namespace redisop
