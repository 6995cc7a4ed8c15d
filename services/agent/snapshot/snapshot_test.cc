// The survey of a cluster whose servers answer by table: who is asked, what is believed, what is
// missing. Against real servers: integration/scenarios/planner_pipe_test.cc.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/base/status.h"
#include "common/testing/status_matchers.h"
#include "common/wire/topology_wire.h"
#include "redisoperator/planner/v1/planner_service.pb.h"
#include "services/agent/snapshot/slot_loads.h"
#include "services/agent/snapshot/snapshot_wire.h"
#include "services/agent/snapshot/survey.h"

namespace redisop {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Answer = std::function<Reply(const RedisCommand&)>;

class ScriptedConnection : public RedisConnection {
 public:
  explicit ScriptedConnection(Answer answer) : answer_(std::move(answer)) {}
  absl::StatusOr<std::vector<Reply>> Pipeline(const std::vector<RedisCommand>& commands,
                                              absl::Duration) override {
    std::vector<Reply> replies;
    for (const RedisCommand& command : commands) {
      replies.push_back(answer_(command));
    }
    return replies;
  }
  absl::Status Send(absl::Span<const std::string_view>) override { return absl::OkStatus(); }
  absl::Status Flush(absl::Duration) override { return absl::OkStatus(); }
  absl::StatusOr<Reply> Receive(absl::Duration) override { return Reply(); }
  size_t in_flight() const override { return 0; }

 private:
  const Answer answer_;
};

class ScriptedServers : public RedisConnector {
 public:
  absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const RedisAddress& address,
                                                           absl::Duration) override {
    absl::MutexLock lock(&mutex_);
    ++connects[ToString(address)];
    const auto server = servers.find(ToString(address));
    if (server == servers.end()) {
      return MakeStatus(absl::StatusCode::kUnavailable, ToString(address) + ": refused");
    }
    return std::make_unique<ScriptedConnection>(server->second);
  }

  std::map<std::string, Answer> servers;
  std::map<std::string, int> connects;

 private:
  absl::Mutex mutex_;
};

std::string Id(char digit) { return std::string(40, digit); }
std::string Address(char digit) { return fmt::format("10.0.0.{}:6379", digit); }

// A line of CLUSTER NODES; node `a` announces 10.0.0.a.
std::string Line(char digit, std::string_view flags, std::string_view slots = "") {
  return fmt::format("{} {}@16379 {} - 0 0 1 connected {}\n", Id(digit), Address(digit), flags,
                     slots);
}

// A healthy primary whose CLUSTER NODES is `nodes`.
Answer Server(std::string nodes) {
  return [nodes = std::move(nodes)](const RedisCommand& command) {
    if (command[0] == "INFO") {
      return StringReply(
          "redis_version:7.0.15\nrole:master\nused_memory:900\nused_memory_dataset:600\n"
          "db0:keys=6,expires=0\n");
    }
    if (command[0] == "FUNCTION") {
      return ArrayReply({});
    }
    return command[1] == "INFO" ? StringReply("cluster_state:ok\ncluster_known_nodes:2\n")
                                : (command[1] == "NODES" ? StringReply(nodes)
                                                         : ErrorReply("ERR unknown subcommand"));
  };
}

// A server that answers one command in its own way.
Answer Except(Answer server, std::string word, Reply reply) {
  return [=](const RedisCommand& command) {
    for (const std::string& has : command) {
      if (has == word) {
        return reply;
      }
    }
    return server(command);
  };
}

class SurveyTest : public ::testing::Test {
 protected:
  absl::StatusOr<Survey> Take(const std::vector<std::string>& seeds) {
    SurveyOptions options{.ask = {.timeout = absl::Seconds(1)}};
    for (const std::string& seed : seeds) {
      options.seeds.push_back(*ParseRedisAddress(seed));
    }
    return TakeSurvey(options, servers_, pool_, SystemClock(), [](size_t, size_t) {});
  }

  ScriptedServers servers_;
  WorkerPool pool_{8, 100};
};

TEST_F(SurveyTest, OneSeedLeadsToAllAlsoToThoseItDoesNotKnow) {
  servers_.servers[Address('1')] =
      Server(Line('1', "myself,master", "0-8191") + Line('2', "master", "8192-16383"));
  servers_.servers[Address('2')] = Server(Line('1', "master", "0-8191") + Line('3', "master") +
                                          Line('2', "myself,master", "8192-16383"));
  servers_.servers[Address('3')] =
      Server(Line('1', "master", "0-8191") + Line('3', "myself,master") +
             Line('2', "master", "8192-16383"));
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('1')}));
  ASSERT_EQ(survey.snapshot.nodes.size(), 3u);
  for (const Node& node : survey.snapshot.nodes) {
    EXPECT_FALSE(node.unobserved);
    EXPECT_EQ(node.version, "7.0.15");
    EXPECT_EQ(node.keys, 6u);
  }
  EXPECT_THAT(survey.snapshot.Find(Id('1'))->unknown_ids, ElementsAre(Id('3')));
  EXPECT_TRUE(survey.snapshot.formed);
  EXPECT_THAT(survey.remarks, IsEmpty());
}

TEST_F(SurveyTest, WhoDoesNotAnswerIsUnobservedAndNamedWithTheReason) {
  servers_.servers[Address('1')] =
      Server(Line('1', "myself,master", "0-8191") + Line('2', "master", "8192-16383"));
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('1')}));
  EXPECT_TRUE(survey.snapshot.Find(Id('2'))->unobserved);
  EXPECT_EQ(survey.snapshot.Find(Id('2'))->slots.ToString(), "8192-16383");
  EXPECT_THAT(survey.remarks, ElementsAre("node 22222222… did not answer: 10.0.0.2:6379: refused"));
}

TEST_F(SurveyTest, ASeedThatIsSilentIsNotAskedAgainAsANode) {
  servers_.servers[Address('1')] = Server(Line('1', "myself,master") + Line('2', "master"));
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('1'), Address('2'), Address('9')}));
  EXPECT_EQ(servers_.connects[Address('2')], 1);
  EXPECT_THAT(survey.remarks, ElementsAre("seed 10.0.0.9:6379: refused",
                                          "node 22222222… did not answer: 10.0.0.2:6379: refused"));
}

TEST_F(SurveyTest, AStrangerBehindAnAddressIsNotBelieved) {
  servers_.servers[Address('1')] =
      Server(Line('1', "myself,master", "0-8191") + Line('2', "master", "8192-16383"));
  servers_.servers[Address('2')] = Server(Line('7', "myself,master", "0-16383"));
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('1')}));
  EXPECT_EQ(survey.snapshot.Find(Id('7')), nullptr);
  EXPECT_TRUE(survey.snapshot.Find(Id('2'))->unobserved);
  EXPECT_THAT(survey.remarks, ElementsAre(HasSubstr("another node answers there, 77777777…")));
}

TEST_F(SurveyTest, ANodeCanBeReachedAtASeedInsteadOfItsOwnAddress) {
  const std::string nodes = Line('2', "master", "8192-16383");
  servers_.servers[Address('1')] = Server(Line('1', "myself,master", "0-8191") + nodes);
  servers_.servers["127.0.0.1:7002"] =
      Server(Line('1', "master", "0-8191") + Line('2', "myself,master", "8192-16383"));
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('1'), "127.0.0.1:7002"}));
  EXPECT_FALSE(survey.snapshot.Find(Id('2'))->unobserved);
  EXPECT_EQ(survey.snapshot.Find(Id('2'))->address, "10.0.0.2:6379@16379");
  EXPECT_EQ(servers_.connects[Address('2')], 0);
}

TEST_F(SurveyTest, OfSeveralAddressesOneThatAnswersIsEnough) {
  const std::string stale =
      fmt::format("{} 10.0.0.8:6379@16379 master - 0 0 1 connected\n", Id('3'));
  servers_.servers[Address('1')] =
      Server(Line('1', "myself,master", "0-16383") + Line('2', "master") + stale);
  servers_.servers[Address('2')] =
      Server(Line('1', "master", "0-16383") + Line('2', "myself,master") + Line('3', "master"));
  servers_.servers[Address('3')] =
      Server(Line('1', "master", "0-16383") + Line('2', "master") + Line('3', "myself,master"));
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('1')}));
  EXPECT_EQ(servers_.connects["10.0.0.8:6379"], 1);
  EXPECT_FALSE(survey.snapshot.Find(Id('3'))->unobserved);
  EXPECT_THAT(survey.remarks, IsEmpty());
}

TEST_F(SurveyTest, ALoadingServerIsThereAsLoading) {
  servers_.servers[Address('1')] =
      Server(Line('1', "myself,master", "0-8191") + Line('2', "master", "8192-16383"));
  servers_.servers[Address('2')] =
      Except(Except(Server(""), "NODES", ErrorReply("LOADING Redis is loading")), "INFO",
             StringReply("redis_version:7.0.15\nrole:master\nloading:1\nmaxmemory:77\n"
                         "cluster_state:ok\n"));
  for (const std::vector<std::string>& seeds :
       {std::vector<std::string>{Address('1')}, {Address('2'), Address('1')}}) {
    ASSERT_OK_AND_ASSIGN(const Survey survey, Take(seeds));
    const Node* node = survey.snapshot.Find(Id('2'));
    EXPECT_TRUE(node->loading);
    EXPECT_TRUE(node->unobserved);
    EXPECT_EQ(node->max_memory_bytes, 77u);
    EXPECT_EQ(node->slots.ToString(), "8192-16383");
    EXPECT_THAT(survey.remarks, ElementsAre(HasSubstr("LOADING")));
  }
}

TEST_F(SurveyTest, NewNodesAmongTheSeedsAreAddedWithTheAddressTheyWereAskedAt) {
  servers_.servers[Address('1')] = Server(
      fmt::format("{} {}@16379 myself,master - 0 0 1 connected 0-16383\n", Id('1'), Address('1')) +
      Line('2', "master"));
  servers_.servers[Address('2')] =
      Server(Line('1', "master", "0-16383") + Line('2', "myself,master"));
  const std::string lonely =
      fmt::format("{} :6379@16379 myself,master - 0 0 0 connected\n", Id('3'));
  servers_.servers[Address('3')] = Server(lonely);
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('3'), Address('1')}));
  const Node* node = survey.snapshot.Find(Id('3'));
  ASSERT_NE(node, nullptr);
  EXPECT_TRUE(node->alone);
  EXPECT_EQ(node->address, "10.0.0.3:6379@16379");
  EXPECT_THAT(node->unknown_ids, ElementsAre(Id('1'), Id('2')));
  ASSERT_OK_AND_ASSIGN(const Survey new_only, Take({Address('3')}));
  EXPECT_FALSE(new_only.snapshot.formed);
}

TEST_F(SurveyTest, TwoClustersAreNotMadeOne) {
  servers_.servers[Address('1')] = Server(Line('1', "myself,master") + Line('2', "master"));
  servers_.servers[Address('5')] = Server(Line('5', "myself,master", "0-16383"));
  EXPECT_THAT(Take({Address('1'), Address('5')}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("10.0.0.1:6379 and 10.0.0.5:6379"),
                             HasSubstr("different clusters"))));
}

TEST_F(SurveyTest, WithoutAnyAnswerEachSeedSaysWhy) {
  servers_.servers[Address('2')] =
      Except(Server(""), "INFO", ErrorReply("NOAUTH Authentication required."));
  EXPECT_THAT(
      Take({Address('1'), Address('2')}),
      StatusIs(absl::StatusCode::kUnavailable, AllOf(HasSubstr("10.0.0.1:6379: refused"),
                                                     HasSubstr("10.0.0.2:6379: INFO: NOAUTH"))));
}

TEST_F(SurveyTest, WhatAServerRefusesBesidesIsAGap) {
  servers_.servers[Address('1')] = Except(Server(Line('1', "myself,master", "0-16383")), "FUNCTION",
                                          ErrorReply("NOPERM no permissions"));
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('1')}));
  EXPECT_FALSE(survey.snapshot.Find(Id('1'))->unobserved);
  EXPECT_THAT(survey.remarks, ElementsAre(AllOf(HasSubstr("11111111…"), HasSubstr("functions"),
                                                HasSubstr("NOPERM"))));
}

TEST_F(SurveyTest, ProgressIsToldWhileSomebodyThinks) {
  absl::Notification told;
  const Answer server = Server(Line('1', "myself,master", "0-16383"));
  servers_.servers[Address('1')] = [&](const RedisCommand& command) {
    told.WaitForNotificationWithTimeout(absl::Seconds(20));
    return server(command);
  };
  SurveyOptions options{.seeds = {*ParseRedisAddress(Address('1'))},
                        .ask = {.timeout = absl::Seconds(1)},
                        .progress_interval = absl::Milliseconds(1)};
  size_t asked_then = 9;
  size_t known_then = 9;
  const auto survey =
      TakeSurvey(options, servers_, pool_, SystemClock(), [&](size_t asked, size_t known) {
        if (!told.HasBeenNotified()) {
          asked_then = asked;
          known_then = known;
          told.Notify();
        }
      });
  EXPECT_OK(survey.status());
  EXPECT_EQ(asked_then, 0u);
  EXPECT_EQ(known_then, 1u);
}

TEST_F(SurveyTest, TheJsonIsARequestThatThePlannerAccepts) {
  servers_.servers[Address('1')] =
      Server(Line('1', "myself,master", "0-8191 [93->-" + Id('6') + "]") + Line('2', "master"));
  ASSERT_OK_AND_ASSIGN(const Survey survey, Take({Address('1')}));
  ASSERT_OK_AND_ASSIGN(const std::string json, RequestJson(survey.snapshot));
  redisoperator::planner::v1::ComputePlanRequest request;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &request).ok());
  EXPECT_FALSE(request.has_spec());
  EXPECT_THAT(FromProto(request.snapshot(), "snapshot"), IsOkAndHolds(survey.snapshot));
}

Reply SlotStats(int slot, std::vector<Reply> values) {
  return ArrayReply({IntegerReply(slot), ArrayReply(std::move(values))});
}

TEST(SlotLoads, TakesWhatTheEngineCountsAndJoinsNeighbours) {
  ScriptedConnection redis(
      Except(Server(""), "SLOT-STATS",
             ArrayReply({SlotStats(7, {StringReply("key-count"), IntegerReply(2),
                                       StringReply("memory-bytes"), IntegerReply(50)}),
                         SlotStats(8, {StringReply("key-count"), IntegerReply(2),
                                       StringReply("memory-bytes"), IntegerReply(50)}),
                         SlotStats(9, {StringReply("key-count"), IntegerReply(0),
                                       StringReply("memory-bytes"), IntegerReply(0)}),
                         SlotStats(11, {StringReply("cpu-usec"), IntegerReply(5),
                                        StringReply("key-count"), IntegerReply(3)})})));
  EXPECT_THAT(ReadSlotLoads(redis, SlotSet(SlotRange{7, 16000}), absl::Seconds(1)),
              IsOkAndHolds(ElementsAre(SlotLoad{{7, 9}, 2, 50}, SlotLoad{{9, 10}, 0, 0},
                                       SlotLoad{{11, 12}, 3, 300})))
      << "slot 11 by the average: 600 bytes of data for 6 keys";
}

TEST(SlotLoads, CountsWhereTheEngineDoesNot) {
  const Answer server = Server("");
  int counted = 0;
  ScriptedConnection redis([&](const RedisCommand& command) {
    if (command.size() == 3 && command[1] == "COUNTKEYSINSLOT") {
      ++counted;
      return IntegerReply(command[2] == "5000" ? 4 : 0);
    }
    return server(command);
  });
  EXPECT_THAT(ReadSlotLoads(redis, SlotSet(SlotRange{0, 6000}), absl::Seconds(1)),
              IsOkAndHolds(ElementsAre(SlotLoad{{0, 5000}, 0, 0}, SlotLoad{{5000, 5001}, 4, 400},
                                       SlotLoad{{5001, 6000}, 0, 0})));
  EXPECT_EQ(counted, 6000);
}

TEST(SlotLoads, RefusalsAndNonsenseAreErrors) {
  ScriptedConnection refusing(Server(""));
  EXPECT_THAT(ReadSlotLoads(refusing, SlotSet::All(), absl::Seconds(1)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("COUNTKEYSINSLOT")));
  for (const Reply& reply : {IntegerReply(1), SlotStats(1, {StringReply("keys"), Reply()}),
                             SlotStats(1, {StringReply("key-count"), IntegerReply(-1)})}) {
    ScriptedConnection nonsense(Except(Server(""), "SLOT-STATS", ArrayReply({reply})));
    EXPECT_THAT(ReadSlotLoads(nonsense, SlotSet::All(), absl::Seconds(1)),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("SLOT-STATS")));
  }
}

}  // namespace
}  // namespace redisop
