// A sandbox of its own, from `up` to `down`, with the real control plane and a real redis-server in
// a pod.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/testing/await.h"
#include "common/testing/process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "fmt/format.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kObjects[] = R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: conf}
data: {redis.conf: "maxmemory 50mb\n"}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: r}, ports: [{port: 6379}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: r, labels: {app: r}}
spec:
  terminationGracePeriodSeconds: 5
  initContainers:
  - name: init
    image: busybox
    command: [sh, -c, "echo from init > /scratch/x"]
    volumeMounts: [{name: work, mountPath: /scratch}]
  containers:
  - name: redis
    image: docker.io/library/redis:7
    command: [redis-server, /etc/redis/redis.conf, --bind, $(POD_IP), --dir, /scratch]
    env: [{name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]
    readinessProbe:
      exec: {command: [sh, -c, "redis-cli -h web.default.svc ping || redis-cli -h $POD_IP ping"]}
    livenessProbe: {tcpSocket: {port: 6379}}
    lifecycle: {preStop: {exec: {command: [sh, -c, "cat /scratch/x > /data/stopped"]}}}
    volumeMounts:
    - {name: work, mountPath: /scratch}
    - {name: conf, mountPath: /etc/redis}
    - {name: data, mountPath: /data}
  volumes:
  - {name: work, emptyDir: {}}
  - {name: conf, configMap: {name: conf}}
  - {name: data, persistentVolumeClaim: {claimName: data}}
)";

std::string BinaryDirectory() {
  // The test lies in bin/ beside the program.
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

std::string KubeBinaries() {
  const char* given = std::getenv("REDIS_OPERATOR_KUBE_BIN");
  return given != nullptr ? given : BinaryDirectory() + "/../../kube/bin";
}

class SandboxNode : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(access((KubeBinaries() + "/kube-apiserver").c_str(), X_OK), 0)
        << "build it with sandbox/control-plane/build.sh " << KubeBinaries();
    const Finished up =
        Sandbox({"up", "--nodes", "2", "--zones", "2", "--kube-binaries", KubeBinaries()});
    ASSERT_EQ(up.exit_code, 0) << up.output;
  }

  void TearDown() override { EXPECT_EQ(Sandbox({"down"}).exit_code, 0); }

  Finished Sandbox(std::vector<std::string> words) {
    words.insert(words.begin(), BinaryDirectory() + "/redis-operator-sandbox");
    words.insert(words.end(), {"--state", state()});
    return Run(words);
  }

  Finished Kubectl(std::vector<std::string> words, const std::string& input = "") {
    words.insert(words.begin(), KubeBinaries() + "/kubectl");
    return Run(words, input);
  }

  Finished Run(const std::vector<std::string>& words, const std::string& input = "") {
    const auto finished = RunProcess({.arguments = words,
                                      .environment = {{"KUBECONFIG", state() + "/kubeconfig"}},
                                      .working_directory = {},
                                      .output_file = {},
                                      .input = input},
                                     absl::Seconds(90));
    return finished.ok() ? *finished
                         : Finished{.exit_code = -1, .output = ToString(finished.status())};
  }

  std::string state() const { return directory_.File("state"); }

  std::string Field(const std::string& path) {
    return Kubectl({"get", "pod", "r", "-o", "jsonpath={" + path + "}"}).output;
  }

  // Command lines of living processes that name this sandbox's state; zombies have none.
  std::vector<std::string> Processes() const {
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
      if (std::atoi(entry.path().filename().c_str()) == getpid()) continue;
      std::ifstream file(entry.path() / "cmdline");
      std::string line((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      if (line.find(directory_.path()) != std::string::npos) found.push_back(line);
    }
    return found;
  }

  TempDir directory_;
};

TEST_F(SandboxNode, RunsAPodFromItsCreationToItsEnd) {
  ASSERT_EQ(Kubectl({"apply", "-f", "-"}, kObjects).exit_code, 0);
  const Finished ready = Kubectl({"wait", "--for=condition=Ready", "pod/r", "--timeout=30s"});
  ASSERT_EQ(ready.exit_code, 0) << ready.output << Kubectl({"describe", "pod", "r"}).output;

  const std::string address = Field(".status.podIP");
  EXPECT_THAT(Run({"redis-cli", "-h", address, "config", "get", "maxmemory"}).output,
              HasSubstr("52428800"));
  EXPECT_THAT(Kubectl({"logs", "r", "--tail=1"}).output, HasSubstr("Ready to accept connections"));

  // A process that dies is started again at once.
  const std::string id = Field(".status.containerStatuses[0].containerID");
  ASSERT_THAT(id, HasSubstr("sandbox://"));
  ASSERT_EQ(kill(std::atoi(id.c_str() + 10), SIGKILL), 0);
  EXPECT_TRUE(Await(absl::Seconds(10), [&] {
    return Field(".status.containerStatuses[0].restartCount") == "1" &&
           Field(".status.containerStatuses[0].ready") == "true";
  }));
  EXPECT_EQ(Field(".status.containerStatuses[0].lastState.terminated.exitCode"), "137");

  // The end: preStop runs with the pod's files, then nothing is left of it.
  const Finished deleted = Kubectl({"delete", "pod", "r", "--timeout=20s"});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.output;
  EXPECT_NE(Run({"redis-cli", "-h", address, "ping"}).exit_code, 0);
  std::string stopped;
  for (const auto& volume : std::filesystem::directory_iterator(state() + "/volumes")) {
    std::getline(std::ifstream(volume.path() / "stopped"), stopped);
  }
  EXPECT_EQ(stopped, "from init");
}

TEST_F(SandboxNode, SaysWhatItCannotRun) {
  ASSERT_EQ(Kubectl({"run", "r", "--image=nginx"}).exit_code, 0);
  EXPECT_TRUE(Await(absl::Seconds(10), [&] {
    return Field(".status.containerStatuses[0].state.waiting.reason") == "ErrImagePull";
  }));
  EXPECT_THAT(Field(".status.containerStatuses[0].state.waiting.message"),
              HasSubstr("has none for \"nginx\""));
}

TEST_F(SandboxNode, LosesAMachineWithItsPods) {
  ASSERT_EQ(Kubectl({"run", "r", "--image=redis:7"}).exit_code, 0);
  ASSERT_EQ(Kubectl({"wait", "--for=condition=Ready", "pod/r", "--timeout=30s"}).exit_code, 0);
  const std::string node = Field(".spec.nodeName"), address = Field(".status.podIP");

  ASSERT_EQ(Sandbox({"node", "freeze", node}).exit_code, 0);
  EXPECT_EQ(Run({"timeout", "0.5", "redis-cli", "-h", address, "ping"}).exit_code, 124);
  ASSERT_EQ(Sandbox({"node", "thaw", node}).exit_code, 0);
  EXPECT_THAT(Run({"redis-cli", "-h", address, "ping"}).output, HasSubstr("PONG"));

  ASSERT_EQ(Sandbox({"node", "remove", node}).exit_code, 0);
  EXPECT_NE(Run({"redis-cli", "-h", address, "ping"}).exit_code, 0);
  EXPECT_NE(Kubectl({"get", "node", node}).exit_code, 0);
  EXPECT_NE(Kubectl({"get", "pod", "r"}).exit_code, 0);
  EXPECT_NE(Sandbox({"node", "remove", node}).exit_code, 0);
}

TEST_F(SandboxNode, LeavesNothingBehindHoweverItEnds) {
  EXPECT_THAT(Sandbox({"up"}).output, HasSubstr("up already"));
  ASSERT_EQ(Kubectl({"run", "r", "--image=redis:7"}).exit_code, 0);
  ASSERT_EQ(Kubectl({"wait", "--for=condition=Ready", "pod/r", "--timeout=30s"}).exit_code, 0);
  const std::string address = Field(".status.podIP");

  int supervisor = 0;
  std::ifstream(state() + "/lock") >> supervisor;
  ASSERT_EQ(kill(supervisor, SIGKILL), 0);
  EXPECT_TRUE(Await(absl::Seconds(5), [&] { return Processes().empty(); }));
  EXPECT_THAT(Processes(), IsEmpty());
  EXPECT_NE(Run({"redis-cli", "-h", address, "ping"}).exit_code, 0);
  EXPECT_EQ(Sandbox({"status"}).exit_code, 1);

  ASSERT_EQ(Sandbox({"up", "--nodes", "1", "--kube-binaries", KubeBinaries()}).exit_code, 0);
  EXPECT_EQ(Sandbox({"down"}).exit_code, 0);
  EXPECT_THAT(Processes(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(state()));
}

}  // namespace
}  // namespace redisop
