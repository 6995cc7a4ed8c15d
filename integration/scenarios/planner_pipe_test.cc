// The planner for clusters that are not ours: servers started by hand, joined by
// `redis-cli --cluster create`, read by `redis-operator-agent snapshot`, explained by
// `redis-operator-planner explain`. Each pipe is run as docs/planner.md writes it.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/testing/await.h"
#include "common/testing/certificate.h"
#include "common/testing/free_port.h"
#include "common/testing/process.h"
#include "common/testing/redis_process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"

namespace redisop::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kBinaries[] = REDIS_OPERATOR_BINARY_DIRECTORY;
constexpr char kSources[] = REDIS_OPERATOR_SOURCE_DIRECTORY;

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string LastLine(std::string text) {
  text.erase(text.find_last_not_of('\n') + 1);
  return text.substr(text.rfind('\n') + 1);
}

// Slots in "7" or "7-9".
uint64_t SlotsIn(const std::string& range) {
  const size_t dash = range.find('-');
  return dash == std::string::npos ? 1
                                   : std::stoull(range.substr(dash + 1)) - std::stoull(range) + 1;
}

class PlannerPipe : public ::testing::Test {
 protected:
  struct Server {
    std::unique_ptr<RedisProcess> process;
    int port = 0;  // that clients use: with TLS or without
  };

  // A line of shell, as a person types it: our programs are in PATH, and variables are set.
  Finished Shell(const std::string& line) {
    auto finished =
        RunProcess({.arguments = {"bash", "-o", "pipefail", "-c", line},
                    .environment = {{"PATH", fmt::format("{}:{}/build/kube/bin:{}", kBinaries,
                                                         kSources, getenv("PATH"))},
                                    {"SEED", Address(0)},
                                    {"CA", dir_.File("redis-ca.pem")},
                                    {"CERTIFICATE", dir_.File("redis.pem")},
                                    {"KEY", dir_.File("redis.key")},
                                    {"PASSWORD_FILE", dir_.File("password")}}},
                   absl::Seconds(60));
    EXPECT_OK(finished.status());
    return finished.value_or(Finished{-1, ""});
  }

  // The output of a line that has to succeed.
  std::string Run(const std::string& line) {
    const Finished finished = Shell(line);
    EXPECT_EQ(finished.exit_code, 0) << line << "\n" << finished.output;
    return finished.output;
  }

  std::string Address(size_t server) const {
    return server < servers_.size() ? fmt::format("127.0.0.1:{}", servers_[server].port) : "";
  }

  void StartServers(int count, const std::vector<std::string>& arguments = {},
                    const std::string& program = "redis-server") {
    for (int i = 0; i < count; ++i) {
      const std::string name = fmt::format("s{}", servers_.size());
      ASSERT_OK_AND_ASSIGN(auto process, RedisProcess::Start({.instances_dir = dir_.path(),
                                                              .pod = name,
                                                              .node_timeout_milliseconds = 3000,
                                                              .program = program,
                                                              .arguments = arguments}));
      const int port = process->port();
      servers_.push_back({std::move(process), port});
    }
  }

  // Joins all servers; `options` are further words for redis-cli.
  void Create(int replicas, const std::string& options = "") {
    std::vector<std::string> addresses;
    for (size_t i = 0; i < servers_.size(); ++i) {
      addresses.push_back(Address(i));
    }
    Run(fmt::format("redis-cli {} --cluster create {} --cluster-replicas {} --cluster-yes", options,
                    fmt::join(addresses, " "), replicas));
  }

  // Until the pipe sees a cluster that needs nothing. redis-cli returns before replicas are in
  // sync.
  void AwaitNothingToDo(const std::string& pipe) {
    std::string plan;
    EXPECT_TRUE(Await(absl::Seconds(40), [&] {
      plan = Shell(pipe).output;
      return plan.find("nothing to do\n\nCost") != std::string::npos;
    })) << plan;
  }

  std::string Id(size_t server) {
    return FirstLine(Run(fmt::format("redis-cli -p {} cluster myid", servers_[server].port)));
  }

  TempDir dir_;
  std::vector<Server> servers_;
};

constexpr char kHealthy[] =
    "redis-operator-agent snapshot --seed $SEED | "
    "redis-operator-planner explain --primaries 3 --replicas 1";

TEST_F(PlannerPipe, ExplainsAClusterMadeByRedisCli) {
  StartServers(6);
  Create(1);
  AwaitNothingToDo(kHealthy);
  const std::string more =
      Run("redis-operator-agent snapshot --seed $SEED | "
          "redis-operator-planner explain --primaries 4 --replicas 1");
  EXPECT_THAT(more, AllOf(StartsWith("create 2 pods, attach 1 replica, move 4096 slots from 3 "
                                     "primaries to redis-0-0; no plan moves fewer slots"),
                          HasSubstr("(minimum 4096)")));
  // The text of one node says the same as soon as that node knows what the others know.
  const std::string text =
      "redis-cli -u redis://$SEED cluster nodes | redis-operator-planner explain";
  AwaitNothingToDo(text + " --primaries 3 --replicas 1");
  EXPECT_EQ(FirstLine(Run(text + " --primaries 4 --replicas 1")), FirstLine(more));
}

TEST_F(PlannerPipe, GivesARequestThatGrpcurlTakes) {
  StartServers(3);
  Create(0);
  AwaitNothingToDo(
      "redis-operator-agent snapshot --seed $SEED | "
      "redis-operator-planner explain --primaries 3 --replicas 0");
  const std::string planner = fmt::format("127.0.0.1:{}", FreePort());
  ASSERT_OK_AND_ASSIGN(
      const auto server,
      Process::Start({.arguments = {std::string(kBinaries) + "/redis-operator-planner", "--listen",
                                    planner, "--http-listen", "", "--plaintext"}}));
  const std::string pipe = fmt::format(
      "redis-operator-agent snapshot --seed $SEED | "
      "jq '.spec = {{numberOfPrimaries: 4, replicationFactor: 0}}' | "
      "grpcurl -plaintext -d @ {} redisoperator.planner.v1.PlannerService/ComputePlan",
      planner);
  Finished answer;
  EXPECT_TRUE(Await(absl::Seconds(20), [&] {
    answer = Shell(pipe);
    return answer.exit_code == 0;
  })) << answer.output;
  EXPECT_THAT(answer.output, HasSubstr("\"slots_moved_minimum\": 4096"));
}

TEST_F(PlannerPipe, TakesWhatPeopleAddWithJq) {
  StartServers(6);
  Create(1);
  AwaitNothingToDo(kHealthy);
  // Each shard on a host of its own, with all its copies.
  EXPECT_THAT(Run("redis-operator-agent snapshot --seed $SEED | "
                  "jq '.snapshot.nodes |= map(.host = (.primaryId // .id)[0:8])' | "
                  "redis-operator-planner explain --primaries 3 --replicas 1"),
              HasSubstr("COPIES_TOGETHER"));
}

TEST_F(PlannerPipe, UsesNewServersThatAreGivenAsSeeds) {
  StartServers(6);
  Create(1);
  AwaitNothingToDo(kHealthy);
  StartServers(2);
  const std::string plan =
      Run(fmt::format("redis-operator-agent snapshot --seed $SEED {} {} | "
                      "redis-operator-planner explain --primaries 4 --replicas 1",
                      Address(6), Address(7)));
  EXPECT_THAT(plan, AllOf(StartsWith("attach 1 replica, move 4096 slots from 3 primaries"),
                          HasSubstr("MeetNodes"), Not(HasSubstr("CreatePod"))));
}

TEST_F(PlannerPipe, FinishesAnOpenSlot) {
  StartServers(3);
  Create(0);
  AwaitNothingToDo(
      "redis-operator-agent snapshot --seed $SEED | "
      "redis-operator-planner explain --primaries 3 --replicas 0");
  Run(fmt::format("redis-cli -p {} cluster setslot 93 importing {}", servers_[1].port, Id(0)));
  Run(fmt::format("redis-cli -p {} cluster setslot 93 migrating {}", servers_[0].port, Id(1)));
  const std::string plan =
      Run("redis-operator-agent snapshot --seed $SEED | "
          "redis-operator-planner explain --primaries 3 --replicas 0");
  EXPECT_THAT(plan, AllOf(StartsWith("close 1 interrupted slot move"),
                          HasSubstr(fmt::format("CloseOpenSlot finish {}… → {}… 93",
                                                Id(0).substr(0, 8), Id(1).substr(0, 8))),
                          HasSubstr("SLOT_OPEN")));
}

TEST_F(PlannerPipe, ReadsValkey9) {
  const Finished engine = Shell(fmt::format("{}/tools/engine valkey-9", kSources));
  ASSERT_EQ(engine.exit_code, 0) << "Valkey 9 is needed: " << engine.output;
  StartServers(6, {}, LastLine(engine.output) + "/bin/valkey-server");
  ASSERT_EQ(servers_.size(), 6u);
  Create(1);
  AwaitNothingToDo(kHealthy);
  const std::string set = "for i in {1..300}; do redis-cli -c -u redis://$SEED set key:$i $i; done";
  ASSERT_TRUE(Await(absl::Seconds(40),
                    [&] { return Shell(set).output.find("CLUSTERDOWN") == std::string::npos; }));
  const auto request =
      nlohmann::json::parse(Run("redis-operator-agent snapshot --seed $SEED --slot-loads"));
  uint64_t keys = 0;
  for (const nlohmann::json& node : request["snapshot"]["nodes"]) {
    EXPECT_THAT(node["version"].get<std::string>(), StartsWith("valkey 9."));
    for (const nlohmann::json& load : node.value("slotLoads", nlohmann::json::array())) {
      keys += std::stoull(load.value("keys", "0")) * SlotsIn(load["slots"]);
    }
  }
  EXPECT_EQ(keys, 300u);
  EXPECT_THAT(Run("redis-operator-agent snapshot --seed $SEED | "
                  "redis-operator-planner explain --primaries 4 --replicas 1"),
              HasSubstr("move 4096 slots from 3 primaries"));
}

// Everybody needs certificates, a user and a password, and the user may only look.
TEST_F(PlannerPipe, SpeaksTlsAsAUserThatMayOnlyLook) {
  ASSERT_OK(MakeCertificate(dir_.path(), "redis", "IP:127.0.0.1"));
  std::ofstream(dir_.File("password")) << "see but not touch\n";
  for (int i = 0; i < 3; ++i) {
    const int port = FreePort();
    StartServers(1, {"--tls-port",
                     std::to_string(port),
                     "--tls-cluster",
                     "yes",
                     "--tls-replication",
                     "yes",
                     "--tls-cert-file",
                     dir_.File("redis.pem"),
                     "--tls-key-file",
                     dir_.File("redis.key"),
                     "--tls-ca-cert-file",
                     dir_.File("redis-ca.pem"),
                     "--user",
                     "looker",
                     "on",
                     ">see but not touch",
                     "+info",
                     "+cluster|info",
                     "+cluster|nodes",
                     "+cluster|countkeysinslot",
                     "+function|list",
                     "--user",
                     "default",
                     "on",
                     "nopass",
                     "~*",
                     "+@all"});
    servers_.back().port = port;
  }
  const std::string tls = "--tls --cacert $CA --cert $CERTIFICATE --key $KEY";
  Create(0, tls);
  for (size_t i = 0; i < servers_.size(); ++i) {
    Run(fmt::format("redis-cli {} -p {} acl setuser default off", tls, servers_[i].port));
  }
  AwaitNothingToDo(
      "redis-operator-agent snapshot --seed $SEED --user looker --password-file $PASSWORD_FILE "
      "--tls --tls-ca $CA --tls-certificate $CERTIFICATE --tls-key $KEY --slot-loads | "
      "redis-operator-planner explain --primaries 3 --replicas 0");
  const std::string with_tls =
      "redis-operator-agent snapshot --seed $SEED "
      "--tls --tls-ca $CA --tls-certificate $CERTIFICATE --tls-key $KEY";
  EXPECT_THAT(Run("REDISCLI_AUTH='see but not touch' " + with_tls + " --user looker"),
              HasSubstr("\"slots\": \"0-5460\""));
  const Finished unknown = Shell(with_tls);
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.output, AllOf(HasSubstr("NOAUTH"), HasSubstr("give --password-file")));
  const Finished plain = Shell("redis-operator-agent snapshot --seed $SEED");
  EXPECT_EQ(plain.exit_code, 1);
  EXPECT_THAT(plain.output, HasSubstr("give --tls if it wants TLS"));
}

TEST_F(PlannerPipe, ShowsWhoIsAwayAndPlansWithTheRest) {
  StartServers(6);
  Create(1);
  AwaitNothingToDo(kHealthy);
  const std::string gone = Id(5).substr(0, 8);
  servers_[5].process->Kill();
  const Finished explained = Shell(kHealthy);
  EXPECT_EQ(explained.exit_code, 0);
  EXPECT_THAT(explained.output,
              AllOf(HasSubstr(fmt::format("node {}… did not answer: {}", gone, Address(5))),
                    HasSubstr("1 of 6 nodes are in the snapshot as unobserved"),
                    HasSubstr(fmt::format("NODE_UNOBSERVED: {}…", gone))));
  const Finished nobody = Shell("redis-operator-agent snapshot --seed " + Address(5));
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_THAT(nobody.output, AllOf(HasSubstr(Address(5)), HasSubstr("Connection refused")));
}

}  // namespace
}  // namespace redisop::integration
