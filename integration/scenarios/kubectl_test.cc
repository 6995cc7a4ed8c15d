// Stock kubectl on a RedisCluster: every verb a user tries in the first hour.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "integration/world/world_fixture.h"

namespace redisop::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class KubectlTest : public WorldFixture {
 protected:
  absl::StatusOr<std::string> Kubectl(std::vector<std::string> arguments,
                                      const std::string& input = "") {
    arguments.insert(arguments.begin(), "kubectl");
    return world().Output(arguments, input, absl::Minutes(3));
  }

  static size_t Width(const std::string& table) {
    size_t widest = 0;
    std::istringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
      line.erase(line.find_last_not_of(' ') + 1);
      widest = std::max(widest, line.size());
    }
    return widest;
  }

  size_t PodsOf(const std::string& name) {
    const auto pods =
        Kubectl({"get", "pods", "-l", "redisoperator.io/cluster=" + name, "-o", "name"});
    EXPECT_OK(pods.status());
    return static_cast<size_t>(std::count(pods->begin(), pods->end(), '\n'));
  }
};

TEST_F(KubectlTest, TablesFitATerminal) {
  ASSERT_NO_FATAL_FAILURE(Form("a-cluster-with-a-long-name", {3, 1}));
  ASSERT_OK_AND_ASSIGN(const std::string table, Kubectl({"get", "rdc"}));
  EXPECT_LE(Width(table), 80u) << table;
  EXPECT_THAT(table, AllOf(HasSubstr("NAME"), HasSubstr("PRIMARIES"), HasSubstr("READY"),
                           HasSubstr("AGE"), HasSubstr("3/3"), HasSubstr("True")));
  ASSERT_OK_AND_ASSIGN(const std::string wide, Kubectl({"get", "redisclusters", "-o", "wide"}));
  EXPECT_THAT(wide, AllOf(HasSubstr("VERSION"), HasSubstr("7.0.15"), HasSubstr("16384")));
  EXPECT_OK(Kubectl({"get", "redis"}).status()) << "the category";
  ASSERT_OK(Kubectl({"delete", "rdc", "a-cluster-with-a-long-name"}).status());
}

TEST_F(KubectlTest, DescribeTellsTheStoryOfAScaleOut) {
  ASSERT_NO_FATAL_FAILURE(Form("story", {3, 1}));
  ASSERT_OK(Kubectl({"scale", "rdc", "story", "--replicas=4"}).status());
  ASSERT_OK(world().AwaitReady("story", {4, 1}, kPatience));
  ASSERT_OK(Kubectl({"wait", "--for=condition=Ready", "rdc/story", "--timeout=60s"}).status());
  std::string text;
  EXPECT_TRUE(Await(absl::Seconds(20), [&] {  // events are written behind the work
    text = Kubectl({"describe", "rdc", "story"}).value_or("");
    return text.find("4096") != std::string::npos;
  }));
  EXPECT_THAT(text,
              AllOf(HasSubstr("Conditions:"), HasSubstr("SlotsCovered"),
                    HasSubstr("ReplicationHealthy"), HasSubstr("Events:"), HasSubstr("PlanStarted"),
                    HasSubstr("move 4096 slots"), HasSubstr("story-3-0"), HasSubstr("PlanDone")));
}

TEST_F(KubectlTest, EditApplyAndExplain) {
  ASSERT_OK(Kubectl({"apply", "-f", "-"}, R"(
apiVersion: redisoperator.io/v1alpha1
kind: RedisCluster
metadata: {name: applied}
spec: {numberOfPrimaries: 3, replicationFactor: 0}
)")
                .status());
  ASSERT_OK(world().AwaitReady("applied", {3, 0}, kPatience));

  const std::string editor = world().TemporaryFile("editor.sh");
  std::ofstream(editor)
      << "#!/bin/sh\nsed -i 's/replicationFactor: 0/replicationFactor: 1/' \"$1\"\n";
  ASSERT_OK(world().Output({"chmod", "+x", editor}).status());
  ASSERT_OK(world()
                .Output({"env", "KUBE_EDITOR=" + editor, "kubectl", "edit", "rdc", "applied"})
                .status());
  ASSERT_OK(world().AwaitReady("applied", {3, 1}, kPatience));

  ASSERT_OK_AND_ASSIGN(const std::string explained, Kubectl({"explain", "rdc.spec"}));
  EXPECT_THAT(explained, AllOf(HasSubstr("numberOfPrimaries"), HasSubstr("replicationFactor"),
                               HasSubstr("planApproval"), Not(HasSubstr("<empty>"))));

  ASSERT_OK_AND_ASSIGN(const Finished refused,
                       world().Run({"kubectl", "patch", "rdc", "applied", "--type=merge", "-p",
                                    R"({"spec":{"numberOfPrimaries":0}})"}));
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.output, HasSubstr("numberOfPrimaries"));
  ASSERT_OK(Kubectl({"delete", "rdc", "applied"}).status());
}

TEST_F(KubectlTest, DeletionInAllThreeModes) {
  for (const std::string mode : {"background", "foreground", "orphan"}) {
    SCOPED_TRACE(mode);
    const std::string name = "by-" + mode;
    ASSERT_NO_FATAL_FAILURE(Form(name, {3, 0}));
    ASSERT_OK(Kubectl({"delete", "rdc", name, "--cascade=" + mode, "--timeout=90s"}).status());
    if (mode == "orphan") {
      EXPECT_EQ(PodsOf(name), 3u) << "the pods stay, and go on serving";
      EXPECT_OK(world().CheckCluster(name));
    } else {
      EXPECT_TRUE(Await(kPatience, [&] { return PodsOf(name) == 0; }));
    }
  }
}

}  // namespace
}  // namespace redisop::integration
