// Replies, addresses and INFO as values; the connection against a real redis-server and its end.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>

#include "common/redis/redis_connection.h"
#include "common/redis/reply_reader.h"
#include "common/redis/server_info.h"
#include "common/testing/redis_process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RedisAddress, ReadsWhatClusterNodesWrites) {
  const struct {
    const char* text;
    RedisAddress expected;
  } cases[] = {
      {"10.0.0.1:6379", {.host = "10.0.0.1", .port = 6379}},
      {"10.0.0.1:6379@16379", {.host = "10.0.0.1", .port = 6379, .bus_port = 16379}},
      {"10.0.0.1:6379@16379,host.name", {.host = "10.0.0.1", .port = 6379, .bus_port = 16379}},
      {"::1:6379@16379", {.host = "::1", .port = 6379, .bus_port = 16379}},
      {"[::1]:6379", {.host = "::1", .port = 6379}},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParseRedisAddress(c.text), IsOkAndHolds(c.expected)) << c.text;
  }
  for (const char* text : {"", "host", ":6379", "h:0", "h:65536", "h:6379@", "h:6379@0", "h:x"}) {
    EXPECT_THAT(ParseRedisAddress(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
}

TEST(ReplyReader, ReadsEveryKindInAnyPieces) {
  const std::string bytes =
      "+OK\r\n-ERR no\r\n:42\r\n$-1\r\n$3\r\na\r\n\r\n*2\r\n*1\r\n:1\r\n$1\r\nx\r\n*-1\r\n";
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    ReplyReader reader(1 << 20, 100);
    std::vector<Reply> replies;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      ASSERT_OK(reader.Feed(std::string_view(bytes).substr(at, piece)));
      while (true) {
        ASSERT_OK_AND_ASSIGN(auto reply, reader.Next());
        if (!reply) {
          break;
        }
        replies.push_back(*reply);
      }
    }
    EXPECT_THAT(replies, ElementsAre(StatusReply("OK"), ErrorReply("ERR no"), IntegerReply(42),
                                     Reply(), StringReply("a\r\n"),
                                     ArrayReply({ArrayReply({IntegerReply(1)}), StringReply("x")}),
                                     Reply()));
  }
}

TEST(ReplyReader, RefusesWhatIsTooLargeOrNoResp) {
  ReplyReader bytes(100, 100);
  ASSERT_OK(bytes.Feed("$1000\r\n" + std::string(200, 'x')));
  EXPECT_THAT(bytes.Next(), StatusIs(absl::StatusCode::kResourceExhausted));
  ReplyReader elements(1 << 20, 10);
  ASSERT_OK(elements.Feed("*2000000000\r\n"));
  EXPECT_THAT(elements.Next(), StatusIs(absl::StatusCode::kResourceExhausted));
  ReplyReader nested(1 << 20, 10);
  ASSERT_OK(nested.Feed("*6\r\n*6\r\n"));
  EXPECT_THAT(nested.Next(), StatusIs(absl::StatusCode::kResourceExhausted));
  ReplyReader noise(1 << 20, 10);
  ASSERT_OK(noise.Feed("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(noise.Next(), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(ServerInfo, ReadsBothRolesAndBothEngines) {
  ASSERT_OK_AND_ASSIGN(
      ServerInfo primary,
      ParseServerInfo("# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\n\r\n# Memory\r\n"
                      "used_memory:100\r\nused_memory_dataset:40\r\nmaxmemory:200\r\n"
                      "connected_clients:3\r\nnumber_of_libraries:1\r\n"
                      "# Replication\r\nrole:master\r\nconnected_slaves:1\r\n"
                      "slave0:ip=10.0.0.2,port=6379,state=online,offset=42,lag=1\r\n"
                      "master_repl_offset:50\r\n# Keyspace\r\ndb0:keys=7,expires=0,avg_ttl=0\r\n"));
  EXPECT_EQ(primary.version, "7.0.15");
  EXPECT_EQ(primary.version_major, 7);
  EXPECT_EQ(primary.keys, 7u);
  EXPECT_EQ(primary.offset, 50u);
  EXPECT_EQ(primary.used_memory_bytes, 100u);
  EXPECT_EQ(primary.dataset_bytes, 40u);
  EXPECT_THAT(
      primary.replicas,
      ElementsAre(AttachedReplica{.host = "10.0.0.2", .port = 6379, .online = true, .offset = 42}));

  ASSERT_OK_AND_ASSIGN(
      ServerInfo replica,
      ParseServerInfo("redis_version:7.2.4\nserver_name:valkey\nvalkey_version:8.1.1\nrole:slave\n"
                      "master_host:10.0.0.1\nmaster_port:6379\nmaster_link_status:up\n"
                      "master_last_io_seconds_ago:-1\nmaster_sync_in_progress:0\n"
                      "slave_read_repl_offset:60\nslave_repl_offset:50\n"));
  EXPECT_EQ(replica.version, "valkey 8.1.1");
  EXPECT_EQ(replica.version_minor, 1);
  EXPECT_EQ(replica.role, Role::kReplica);
  EXPECT_EQ(replica.link, Link::kInSync);
  EXPECT_EQ(replica.lag_bytes, 10u);

  ASSERT_OK_AND_ASSIGN(replica,
                       ParseServerInfo("redis_version:7.0.15\nrole:slave\nmaster_link_status:down\n"
                                       "master_sync_in_progress:1\nmaster_sync_left_bytes:-1\n"));
  EXPECT_EQ(replica.link, Link::kSyncing);
}

TEST(ServerInfo, NamesTheLineThatMakesNoSense) {
  EXPECT_THAT(ParseServerInfo(""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseServerInfo("redis_version:7.0.15\nrole:king\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("role")));
  EXPECT_THAT(ParseServerInfo("redis_version:7.0.15\nrole:master\nused_memory:-5\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("used_memory")));
  EXPECT_THAT(ParseClusterInfo("cluster_state:maybe"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cluster_state")));
}

class LiveConnection : public ::testing::Test {
 protected:
  void Connect(RedisConnectorOptions options = {}) {
    ASSERT_OK_AND_ASSIGN(redis_, RedisProcess::Start({.instances_dir = dir_.path()}));
    connector_ = MakeSocketConnector(std::move(options));
    ASSERT_OK_AND_ASSIGN(connection_, connector_->Connect(UnixAddress(redis_->socket()), kTimeout));
  }

  static constexpr absl::Duration kTimeout = absl::Seconds(10);
  TempDir dir_;
  std::unique_ptr<RedisProcess> redis_;
  std::unique_ptr<RedisConnector> connector_;
  std::unique_ptr<RedisConnection> connection_;
};

TEST_F(LiveConnection, CallsPipelinesAndStreams) {
  Connect();
  EXPECT_THAT(connection_->Call({"PING"}, kTimeout), IsOkAndHolds(StatusReply("PONG")));
  ASSERT_OK_AND_ASSIGN(
      const auto replies,
      connection_->Pipeline({{"ECHO", std::string("a\0b", 3)}, {"NOSUCH"}, {"DBSIZE"}}, kTimeout));
  EXPECT_EQ(replies[0].text, std::string("a\0b", 3));
  EXPECT_TRUE(replies[1].IsErrorOf("ERR"));
  EXPECT_EQ(replies[2], IntegerReply(0));

  // More than the sockets' buffers hold, both ways at once.
  const std::string value(100000, 'x');
  for (int i = 0; i < 200; ++i) {
    ASSERT_OK(connection_->Send({"ECHO", value}));
  }
  EXPECT_EQ(connection_->in_flight(), 200u);
  ASSERT_OK(connection_->Flush(kTimeout));
  for (int i = 0; i < 200; ++i) {
    ASSERT_OK_AND_ASSIGN(const Reply reply, connection_->Receive(kTimeout));
    ASSERT_EQ(reply.text, value);
  }
  EXPECT_EQ(connection_->in_flight(), 0u);
}

TEST_F(LiveConnection, OverTcpToo) {
  Connect();
  ASSERT_OK_AND_ASSIGN(auto tcp,
                       connector_->Connect(TcpAddress("127.0.0.1", redis_->port()), kTimeout));
  EXPECT_THAT(tcp->Call({"PING"}, kTimeout), IsOkAndHolds(StatusReply("PONG")));
}

TEST_F(LiveConnection, ADeadlineLeavesTheOutcomeUnknownAndTheConnectionBroken) {
  Connect();
  EXPECT_THAT(connection_->Call({"DEBUG", "SLEEP", "0"}, kTimeout).status(), IsOk());
  ASSERT_OK(redis_->process().Signal(SIGSTOP));
  EXPECT_THAT(connection_->Call({"PING"}, absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  ASSERT_OK(redis_->process().Signal(SIGCONT));
  EXPECT_THAT(connection_->Call({"PING"}, kTimeout), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(LiveConnection, AServerThatDiesOrIsNotThere) {
  Connect();
  redis_->Kill();
  EXPECT_FALSE(connection_->Call({"PING"}, kTimeout).ok());
  EXPECT_THAT(connector_->Connect(UnixAddress(redis_->socket()), kTimeout),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(connector_->Connect(TcpAddress("127.0.0.1", redis_->port()), kTimeout),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(LiveConnection, Authenticates) {
  Connect();
  ASSERT_OK(connection_->Call({"CONFIG", "SET", "requirepass", "secret"}, kTimeout));
  const RedisAddress address = UnixAddress(redis_->socket());
  EXPECT_THAT(MakeSocketConnector({.password = "wrong"})->Connect(address, kTimeout),
              StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_OK_AND_ASSIGN(
      auto right,
      MakeSocketConnector({.user = "default", .password = "secret"})->Connect(address, kTimeout));
  EXPECT_THAT(right->Call({"PING"}, kTimeout), IsOkAndHolds(StatusReply("PONG")));
}

TEST_F(LiveConnection, LimitsReplies) {
  Connect({.reply_bytes_max = 1000});
  EXPECT_THAT(connection_->Call({"ECHO", std::string(100000, 'x')}, kTimeout),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace redisop
