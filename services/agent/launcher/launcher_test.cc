// The launcher as a program, with a real redis-server behind it. Each test has an address of its
// own in 127.0.0.0/8, as a pod has.

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/testing/await.h"
#include "common/testing/process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "services/agent/launcher/files.h"
#include "services/agent/launcher/instance_dir.h"
#include "services/agent/launcher/outcome.h"

namespace redisop {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kPersistent[] = "save 3600 1\ncluster-node-timeout 2000\n";
constexpr char kAppendOnly[] = "save \"\"\nappendonly yes\n";
constexpr char kMemoryOnly[] = "save \"\"\nappendonly no\n";

class Launcher : public ::testing::Test {
 protected:
  void SetUp() override {
    static int count = 0;
    ip_ = fmt::format("127.{}.{}.{}", 77 + getpid() / 65536 % 100, getpid() / 256 % 256,
                      1 + (getpid() + ++count) % 250);
    for (const char* name : {"data", "run", "bin"}) fs::create_directory(dir_.File(name));
    Configure(kPersistent);
  }

  void Configure(const std::string& text) {
    ASSERT_TRUE(WriteFileAtomically(dir_.File("base.conf"), text, 0600).ok());
  }

  ProcessOptions Options(std::vector<std::string> words) const {
    ProcessOptions options;
    options.arguments = {LAUNCHER};
    options.arguments.insert(options.arguments.end(), words.begin(), words.end());
    options.environment = {{"POD_NAME", "cache-0-1"},
                           {"POD_UID", "uid-1"},
                           {"POD_IP", ip_},
                           {"REDIS_OPERATOR_CLUSTER_UID", cluster_uid_},
                           {"REDIS_OPERATOR_SHARD", "0"},
                           {"REDIS_OPERATOR_MEMBER", "1"}};
    return options;
  }

  ProcessOptions RunOptions() const {
    return Options({"run", "--config", dir_.File("base.conf"), "--data-dir", dir_.File("data"),
                    "--instances-dir", dir_.File("run")});
  }

  // Starts and waits until the server answers.
  void Start() {
    ASSERT_OK_AND_ASSIGN(server_, Process::Start(RunOptions()));
    ASSERT_TRUE(Await(absl::Seconds(10), [&] {
      const std::string answer = Cli({"PING"});
      return !server_->IsRunning() || answer == "PONG\n" || answer.starts_with("NOAUTH");
    }));
    ASSERT_TRUE(server_->IsRunning()) << server_->Output();
  }

  void Kill() {
    ASSERT_OK(server_->Signal(SIGKILL));
    ASSERT_OK(server_->Wait(absl::Seconds(5)));
  }

  Finished MustRefuse() {
    absl::StatusOr<Finished> finished = RunProcess(RunOptions(), absl::Seconds(10));
    EXPECT_OK(finished);
    return finished.ok() ? *finished : Finished{};
  }

  int Probe(const std::string& kind) {
    absl::StatusOr<Finished> finished = RunProcess(
        Options({"probe", kind, "--instances-dir=" + dir_.File("run")}), absl::Seconds(10));
    return finished.ok() ? finished->exit_code : -1;
  }

  std::string Cli(std::vector<std::string> command) {
    command.insert(command.begin(), {"redis-cli", "-s", dir_.File("run/uid-1/redis.sock")});
    absl::StatusOr<Finished> finished =
        RunProcess({.arguments = std::move(command)}, absl::Seconds(10));
    return finished.ok() ? finished->output : "";
  }

  // A formed cluster of one with 100 keys. Saved, as far as the configuration saves.
  void StartWithKeys() {
    Start();
    ASSERT_EQ(Cli({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"}), "OK\n");
    ASSERT_TRUE(Await(absl::Seconds(5), [&] { return Probe("ready") == 0; }));
    for (int i = 0; i < 100; ++i) {
      ASSERT_EQ(Cli({"SET", fmt::format("key:{}", i), "v"}), "OK\n");
    }
  }

  int LostIdentities() const {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(dir_.File("data"))) {
      const std::string name = entry.path().filename();
      if (name.starts_with("nodes.conf.") && name.ends_with("-lost")) ++count;
    }
    return count;
  }

  TempDir dir_;
  std::string ip_;
  std::string cluster_uid_ = "cluster-1";
  std::unique_ptr<Process> server_;
};

TEST_F(Launcher, BecomesTheServerAndSaysWhereItIs) {
  Start();
  EXPECT_THAT(Cli({"INFO", "server"}), HasSubstr(fmt::format("process_id:{}\r", server_->pid())));
  EXPECT_EQ(ReadFile(dir_.File("run/uid-1/instance.json")).value_or(""),
            fmt::format("{{\"pod\":\"cache-0-1\",\"podUID\":\"uid-1\",\"clusterUID\":\"cluster-1\","
                        "\"shard\":\"0\",\"member\":1,\"address\":\"{}:6379@16379\","
                        "\"nodeTimeoutMilliseconds\":2000,\"dataDir\":\"{}\"}}\n",
                        ip_, dir_.File("data")));
  EXPECT_EQ(ReadFile(dir_.File("data/redis-operator.json")).value_or(""),
            "{\"clusterUID\":\"cluster-1\",\"shard\":\"0\",\"member\":1}\n");
  EXPECT_THAT(Cli({"CLUSTER", "NODES"}), HasSubstr(ip_ + ":6379@16379 myself"));
}

TEST_F(Launcher, LockLivesAsLongAsTheServer) {
  Start();
  const int fd = open(dir_.File("run/uid-1/instance.lock").c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  const auto locked = [&] {
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    return fcntl(fd, F_SETLK, &lock) != 0;
  };
  EXPECT_TRUE(locked());
  EXPECT_EQ(MustRefuse().exit_code, kExitLocked);
  EXPECT_TRUE(locked());
  Kill();
  EXPECT_FALSE(locked());
  close(fd);
}

TEST_F(Launcher, KeepsIdentityTogetherWithItsData) {
  for (const char* configuration : {kPersistent, kAppendOnly}) {
    SCOPED_TRACE(configuration);
    fs::remove_all(dir_.File("data"));
    fs::create_directory(dir_.File("data"));
    Configure(configuration);
    StartWithKeys();
    const std::string id = Cli({"CLUSTER", "MYID"});
    if (configuration == kPersistent) {
      ASSERT_EQ(Cli({"SAVE"}), "OK\n");
    }
    Kill();
    Start();
    EXPECT_EQ(Cli({"CLUSTER", "MYID"}), id);
    EXPECT_EQ(Cli({"DBSIZE"}), "100\n");
    EXPECT_EQ(LostIdentities(), 0);
    Kill();
  }
}

TEST_F(Launcher, ComesBackNewAndEmptyWhenItsDatasetIsGone) {
  for (const char* configuration : {kPersistent, kAppendOnly, kMemoryOnly}) {
    SCOPED_TRACE(configuration);
    fs::remove_all(dir_.File("data"));
    fs::create_directory(dir_.File("data"));
    Configure(configuration);
    StartWithKeys();
    const std::string id = Cli({"CLUSTER", "MYID"});
    Kill();
    fs::remove_all(dir_.File("data/appendonlydir"));
    Start();
    EXPECT_NE(Cli({"CLUSTER", "MYID"}), id);
    EXPECT_THAT(Cli({"CLUSTER", "INFO"}), HasSubstr("cluster_slots_assigned:0\r"));
    EXPECT_EQ(Cli({"DBSIZE"}), "0\n");
    EXPECT_EQ(LostIdentities(), 1);
    EXPECT_THAT(server_->Output(), HasSubstr("comes back as a new, empty node"));
    Kill();
  }
}

// A full synchronisation by disk leaves a dump.rdb also where nothing is ever saved; after a
// restart it would be loaded, whatever was written since.
TEST_F(Launcher, NeverServesWhatASynchronisationLeftBehind) {
  StartWithKeys();
  ASSERT_EQ(Cli({"SAVE"}), "OK\n");
  Kill();
  Configure(kMemoryOnly);
  Start();
  EXPECT_EQ(Cli({"DBSIZE"}), "0\n");
  EXPECT_THAT(Cli({"CLUSTER", "INFO"}), HasSubstr("cluster_slots_assigned:0\r"));
  EXPECT_TRUE(HasContent(dir_.File("data/dump.rdb.lost")));
}

// With appendonly yes the server ignores an RDB file and would come back as an empty primary.
TEST_F(Launcher, AnRdbFileIsNoDatasetForAnAppendOnlyServer) {
  StartWithKeys();
  ASSERT_EQ(Cli({"SAVE"}), "OK\n");
  Kill();
  Configure(kAppendOnly);
  Start();
  EXPECT_THAT(Cli({"CLUSTER", "INFO"}), HasSubstr("cluster_slots_assigned:0\r"));
  EXPECT_TRUE(HasContent(dir_.File("data/dump.rdb.lost")));
}

TEST_F(Launcher, RefusesADatasetWithoutIdentity) {
  StartWithKeys();
  ASSERT_EQ(Cli({"SAVE"}), "OK\n");
  Kill();
  fs::remove(dir_.File("data/nodes.conf"));
  const Finished finished = MustRefuse();
  EXPECT_EQ(finished.exit_code, kExitRefused);
  EXPECT_THAT(finished.output, HasSubstr("claim the slots of these keys"));
  EXPECT_TRUE(HasContent(dir_.File("data/dump.rdb")));
}

TEST_F(Launcher, RefusesAnotherNodesVolume) {
  Start();
  Kill();
  cluster_uid_ = "cluster-2";
  const Finished finished = MustRefuse();
  EXPECT_EQ(finished.exit_code, kExitRefused);
  EXPECT_THAT(finished.output, HasSubstr("this volume belongs to another node"));
}

TEST_F(Launcher, KeepsTheLastThreeLostIdentities) {
  for (int i = 0; i < 5; ++i) {
    const std::string name = fmt::format("data/nodes.conf.2026010{}T000000Z-lost", i);
    ASSERT_TRUE(WriteFileAtomically(dir_.File(name), "x", 0600).ok());
  }
  ASSERT_TRUE(WriteFileAtomically(dir_.File("data/nodes.conf"), "x", 0600).ok());
  Start();
  EXPECT_EQ(LostIdentities(), 3);
  EXPECT_TRUE(HasContent(dir_.File("data/nodes.conf.20260104T000000Z-lost")));
  EXPECT_FALSE(HasContent(dir_.File("data/nodes.conf.20260102T000000Z-lost")));
}

TEST_F(Launcher, ProbesSayWhatTheServerSays) {
  EXPECT_NE(Probe("live"), 0);
  Start();
  EXPECT_EQ(Probe("live"), 0);
  EXPECT_NE(Probe("ready"), 0) << "a cluster without slots is not ok";
  ASSERT_EQ(Cli({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"}), "OK\n");
  EXPECT_TRUE(Await(absl::Seconds(5), [&] { return Probe("ready") == 0; }));

  ASSERT_OK(server_->Signal(SIGSTOP));
  EXPECT_NE(Probe("live"), 0);
  EXPECT_NE(Probe("ready"), 0);
  ASSERT_OK(server_->Signal(SIGCONT));
}

TEST_F(Launcher, ALoadingServerIsAliveAndNotReady) {
  Configure("save 3600 1\nrequirepass secret\n");
  Start();
  ASSERT_EQ(Cli({"--no-auth-warning", "-a", "secret", "CLUSTER", "ADDSLOTSRANGE", "0", "16383"}),
            "OK\n");
  ASSERT_TRUE(Await(absl::Seconds(5), [&] { return Probe("ready") == 0; }))
      << "the probe knows the configured password";
  Cli({"--no-auth-warning", "-a", "secret", "DEBUG", "POPULATE", "20000"});
  ASSERT_EQ(Cli({"--no-auth-warning", "-a", "secret", "SAVE"}), "OK\n");
  Kill();

  Configure(
      "save 3600 1\nrequirepass secret\nkey-load-delay "
      "100000\nloading-process-events-interval-bytes 1024\n");
  ASSERT_OK_AND_ASSIGN(server_, Process::Start(RunOptions()));
  EXPECT_TRUE(Await(absl::Seconds(10), [&] { return Probe("live") == 0; }));
  EXPECT_NE(Probe("ready"), 0);
}

TEST_F(Launcher, InstallsItselfAndNeedsNothing) {
  ASSERT_OK_AND_ASSIGN(Finished finished,
                       RunProcess(Options({"install", dir_.File("bin")}), absl::Seconds(10)));
  ASSERT_EQ(finished.exit_code, 0) << finished.output;
  ASSERT_OK_AND_ASSIGN(
      finished, RunProcess({.arguments = {dir_.File("bin/redis-operator-launcher"), "--version"}},
                           absl::Seconds(10)));
  EXPECT_THAT(finished.output, HasSubstr("redis-operator-launcher "));
}

TEST_F(Launcher, NamesWhatIsMissing) {
  ProcessOptions options = RunOptions();
  options.environment["POD_IP"] = "";
  ASSERT_OK_AND_ASSIGN(Finished finished, RunProcess(options, absl::Seconds(10)));
  EXPECT_EQ(finished.exit_code, kExitUsage);
  EXPECT_THAT(finished.output, HasSubstr("POD_IP"));
  ASSERT_OK_AND_ASSIGN(finished, RunProcess(Options({"run", "--confg", "x"}), absl::Seconds(10)));
  EXPECT_EQ(finished.exit_code, kExitUsage);
  EXPECT_THAT(finished.output, HasSubstr("--confg"));
}

TEST_F(Launcher, RunsValkeyWhereThereIsNoRedis) {
  ASSERT_TRUE(
      WriteFileAtomically(dir_.File("bin/valkey-server"), "#!/bin/sh\necho valkey \"$@\"\n", 0755)
          .ok());
  ProcessOptions options = RunOptions();
  options.environment["PATH"] = dir_.File("bin");
  ASSERT_OK_AND_ASSIGN(Finished finished, RunProcess(options, absl::Seconds(10)));
  EXPECT_EQ(finished.output, fmt::format("valkey {}\n", dir_.File("run/uid-1/redis.conf")));
}

}  // namespace
}  // namespace redisop
