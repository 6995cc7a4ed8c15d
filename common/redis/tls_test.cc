// TLS against a real redis-server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/redis/redis_connection.h"
#include "common/redis/tls_transport.h"
#include "common/testing/await.h"
#include "common/testing/certificate.h"
#include "common/testing/free_port.h"
#include "common/testing/redis_process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"

namespace redisop {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kTimeout = absl::Seconds(10);

class TlsConnection : public ::testing::Test {
 protected:
  // The server's certificate carries `names`; clients need one of the same authority.
  void StartServer(const std::string& names) {
    ASSERT_OK(MakeCertificate(dir_.path(), "redis", names));
    tls_port_ = FreePort();
    ASSERT_OK_AND_ASSIGN(
        redis_, RedisProcess::Start(
                    {.instances_dir = dir_.path(),
                     .arguments = {"--tls-port", std::to_string(tls_port_), "--tls-cert-file",
                                   dir_.File("redis.pem"), "--tls-key-file", dir_.File("redis.key"),
                                   "--tls-ca-cert-file", dir_.File("redis-ca.pem")}}));
  }

  TlsFiles Files() const {
    return {.ca_file = dir_.File("redis-ca.pem"),
            .certificate_file = dir_.File("redis.pem"),
            .key_file = dir_.File("redis.key")};
  }

  absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const TlsFiles& files) {
    auto connector = MakeTlsConnector({}, files);
    if (!connector.ok()) {
      return connector.status();
    }
    return (*connector)->Connect(TcpAddress("127.0.0.1", tls_port_), kTimeout);
  }

  TempDir dir_;
  int tls_port_ = 0;
  std::unique_ptr<RedisProcess> redis_;
};

TEST_F(TlsConnection, CallsAndStreamsMoreThanBuffersHoldBothWays) {
  StartServer("IP:127.0.0.1");
  ASSERT_OK_AND_ASSIGN(auto connection, Connect(Files()));
  EXPECT_THAT(connection->Call({"PING"}, kTimeout), IsOkAndHolds(StatusReply("PONG")));
  const std::string value(100000, 'x');
  for (int i = 0; i < 200; ++i) {
    ASSERT_OK(connection->Send({"ECHO", value}));
  }
  ASSERT_OK(connection->Flush(kTimeout));
  for (int i = 0; i < 200; ++i) {
    ASSERT_OK_AND_ASSIGN(const Reply reply, connection->Receive(kTimeout));
    ASSERT_EQ(reply.text, value);
  }
}

TEST_F(TlsConnection, CommandsMayBeQueuedWhileOthersAreHalfWritten) {
  StartServer("IP:127.0.0.1");
  ASSERT_OK_AND_ASSIGN(auto connection, Connect(Files()));
  const std::string value(100000, 'x');
  for (int i = 0; i < 400; ++i) {
    ASSERT_OK(connection->Send({"ECHO", value}));
    if (connection->in_flight() > 100) {
      ASSERT_OK_AND_ASSIGN(const Reply reply, connection->Receive(kTimeout));
      ASSERT_EQ(reply.text, value);
    }
  }
}

TEST_F(TlsConnection, ANameThatTheCertificateDoesNotCarryIsRefusedUnlessItIsGiven) {
  StartServer("DNS:redis.example");
  EXPECT_THAT(Connect(Files()),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       AllOf(HasSubstr("IP address mismatch"), HasSubstr("127.0.0.1"))));
  TlsFiles files = Files();
  files.server_name = "other.example";
  EXPECT_THAT(Connect(files),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("other.example")));
  files.server_name = "redis.example";
  ASSERT_OK_AND_ASSIGN(auto connection, Connect(files));
  EXPECT_THAT(connection->Call({"PING"}, kTimeout), IsOkAndHolds(StatusReply("PONG")));
}

TEST_F(TlsConnection, StrangersAreRefusedByBothSides) {
  StartServer("IP:127.0.0.1");
  ASSERT_OK(MakeCertificate(dir_.path(), "other", "IP:127.0.0.1"));
  TlsFiles files = Files();
  files.ca_file = dir_.File("other-ca.pem");
  EXPECT_THAT(Connect(files), StatusIs(absl::StatusCode::kPermissionDenied));
  files = Files();
  files.certificate_file.clear();
  files.key_file.clear();
  ASSERT_OK_AND_ASSIGN(auto connection, Connect(files));
  const auto reply = connection->Call({"PING"}, kTimeout);
  EXPECT_THAT(reply.status().ToString(), HasSubstr("certificate required"));
}

TEST_F(TlsConnection, TheServersLastWordIsHeardThoughWritesFailAlready) {
  StartServer("IP:127.0.0.1");
  ASSERT_OK_AND_ASSIGN(const auto context,
                       TlsContext::Make({.ca_file = dir_.File("redis-ca.pem")}));
  ASSERT_OK_AND_ASSIGN(auto socket, ConnectSocket(TcpAddress("127.0.0.1", tls_port_), kTimeout));
  ASSERT_OK_AND_ASSIGN(auto tls, context->Connect(std::move(socket), "127.0.0.1", kTimeout));
  ASSERT_OK(tls->Wait(/*for_write=*/false, kTimeout));
  EXPECT_TRUE(Await(kTimeout, [&] {
    const auto count = tls->Write("PING\r\n");
    EXPECT_OK(count.status());
    return count.value_or(0) == 0;
  })) << "the server has gone, so writes fail";
  char buffer[100];
  EXPECT_THAT(tls->Read(absl::MakeSpan(buffer)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate required")));
}

// Takes nothing and is always ready.
class BrokenTransport : public Transport {
 public:
  absl::StatusOr<size_t> Read(absl::Span<char>) override { return size_t{0}; }
  absl::StatusOr<size_t> Write(std::string_view) override {
    return absl::UnavailableError("reset by the other side");
  }
  absl::Status Wait(bool, absl::Duration) override { return absl::OkStatus(); }
};

TEST(TlsHandshake, EndsWhenItCannotWrite) {
  ASSERT_OK_AND_ASSIGN(const auto context, TlsContext::Make({}));
  EXPECT_THAT(context->Connect(std::make_unique<BrokenTransport>(), "redis.example", kTimeout),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("reset by the other side")));
}

TEST_F(TlsConnection, FilesThatDoNotFitAreNamed) {
  StartServer("IP:127.0.0.1");
  for (std::string TlsFiles::*field :
       {&TlsFiles::ca_file, &TlsFiles::certificate_file, &TlsFiles::key_file}) {
    TlsFiles files = Files();
    files.*field = dir_.File("missing");
    EXPECT_THAT(Connect(files), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("missing")));
  }
  ASSERT_OK(MakeCertificate(dir_.path(), "other", "IP:127.0.0.1"));
  TlsFiles files = Files();
  files.key_file = dir_.File("other.key");
  EXPECT_THAT(Connect(files), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("mismatch")));
}

TEST_F(TlsConnection, PlainServersSilentServersAndDeadOnes) {
  StartServer("IP:127.0.0.1");
  ASSERT_OK_AND_ASSIGN(auto connector, MakeTlsConnector({}, Files()));
  EXPECT_THAT(connector->Connect(TcpAddress("127.0.0.1", redis_->port()), absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("TLS: no answer in time")));
  ASSERT_OK_AND_ASSIGN(auto unix, connector->Connect(UnixAddress(redis_->socket()), kTimeout));
  EXPECT_THAT(unix->Call({"PING"}, kTimeout), IsOkAndHolds(StatusReply("PONG")));
  ASSERT_OK_AND_ASSIGN(auto connection, Connect(Files()));
  ASSERT_OK(redis_->process().Signal(SIGSTOP));
  EXPECT_THAT(connector->Connect(TcpAddress("127.0.0.1", tls_port_), absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no answer in time")));
  EXPECT_THAT(connection->Call({"PING"}, absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  redis_->Kill();
  EXPECT_FALSE(Connect(Files()).ok());
}

}  // namespace
}  // namespace redisop
