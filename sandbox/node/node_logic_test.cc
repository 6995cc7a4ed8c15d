// The parts of a process node that decide without doing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "sandbox/node/container_command.h"
#include "sandbox/node/hosts_file.h"
#include "sandbox/node/image_table.h"
#include "sandbox/node/ip_pool.h"
#include "sandbox/node/log_query.h"
#include "sandbox/node/probe_state.h"
#include "sandbox/node/quantity.h"
#include "sandbox/node/restart_backoff.h"
#include "sandbox/node/variable_expansion.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(VariableExpansion, FollowsKubernetesRules) {
  const Variables variables = {{"A", "1"}, {"POD_IP", "127.0.0.9"}};
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"$(A)", "1"},    {"x$(POD_IP):6379", "x127.0.0.9:6379"},
      {"$(B)", "$(B)"}, {"$$(A)", "$(A)"},
      {"$$$(A)", "$1"}, {"$A", "$A"},
      {"$(A", "$(A"},   {"$", "$"},
      {"", ""},         {"$()", "$()"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(ExpandVariables(text, variables), expected) << text;
  }
}

TEST(ImageTable, LooksAtTheLastPartOfTheNameOnly) {
  EXPECT_EQ(ImageBaseName("docker.io/library/redis:7.2@sha256:abc"), "redis");
  EXPECT_EQ(ImageBaseName("localhost:5000/redis-operator-agent"), "redis-operator-agent");
  EXPECT_EQ(FindImage("redis:7")->entry_point, std::vector<std::string>{"/usr/bin/redis-server"});
  EXPECT_TRUE(FindImage("ghcr.io/x/redis-operator-bridge:1.0")->has_operator_programs);
  EXPECT_FALSE(FindImage("redis")->has_operator_programs);
}

TEST(ImageTable, NamesWhatItKnowsWhenAskedForAnother) {
  const absl::Status unknown = FindImage("nginx:1").status();
  EXPECT_TRUE(absl::IsNotFound(unknown));
  EXPECT_THAT(MessageOf(unknown), HasSubstr("nginx:1"));
  EXPECT_THAT(MessageOf(unknown), HasSubstr("redis-operator-planner"));
}

TEST(IpPool, GivesEachAddressOnceAndUsesItAgainAsLateAsPossible) {
  IpPool pool(10);
  const std::string first = *pool.Take();
  EXPECT_EQ(first, "127.10.0.10");
  pool.Release(first);
  EXPECT_EQ(*pool.Take(), "127.10.0.11");
  std::set<std::string> seen = {"127.10.0.11"};
  for (int i = 1; i < 256 * 241; ++i) ASSERT_TRUE(seen.insert(*pool.Take()).second);
  EXPECT_TRUE(absl::IsUnavailable(pool.Take().status()));
  pool.Release(first);
  EXPECT_EQ(*pool.Take(), first);
}

TEST(IpPool, TwoClaimsOfOneMachineDiffer) {
  const int first = *ClaimLoopbackNetwork();
  EXPECT_NE(*ClaimLoopbackNetwork(), first);
}

TEST(RestartBackoff, IsImmediateThenDoublesAndForgetsAfterAHealthyRun) {
  RestartBackoff backoff;
  std::vector<int64_t> waits;
  for (int i = 0; i < 8; ++i) {
    waits.push_back(absl::ToInt64Seconds(backoff.AfterExit(absl::Seconds(1))));
  }
  EXPECT_THAT(waits, ElementsAre(0, 10, 20, 40, 80, 160, 300, 300));
  EXPECT_EQ(backoff.AfterExit(absl::Minutes(10)), absl::ZeroDuration());
  EXPECT_EQ(backoff.AfterExit(absl::Seconds(1)), absl::Seconds(10));
}

constexpr absl::Duration kStart = absl::Seconds(100);

TEST(ProbeState, ReadinessIsAskedEagerlyUntilItsFirstSuccess) {
  ProbeState probe(ProbeKind::kReadiness,
                   {.initial_delay = absl::Seconds(2), .period = absl::Seconds(10)}, kStart);
  EXPECT_EQ(probe.due(), kStart + absl::Seconds(2));
  probe.Record(false, probe.due());
  EXPECT_EQ(probe.due(), kStart + absl::Seconds(2) + absl::Milliseconds(150));
  EXPECT_FALSE(probe.IsPassing());
  const absl::Duration asked = probe.due();
  probe.Record(true, asked);
  EXPECT_TRUE(probe.IsPassing());
  EXPECT_EQ(probe.due(), asked + absl::Seconds(10));
}

TEST(ProbeState, EagerFailuresOfAStartupProbeCountOncePerPeriod) {
  ProbeState probe(ProbeKind::kStartup, {.period = absl::Seconds(10), .failure_threshold = 3},
                   kStart);
  while (!probe.HasFailed()) {
    ASSERT_LT(probe.due(), kStart + absl::Seconds(60));
    probe.Record(false, probe.due());
  }
  // Counted at 0 s, 10 s and 20 s.
  EXPECT_GT(probe.due(), kStart + absl::Seconds(20));
  EXPECT_LT(probe.due(), kStart + absl::Seconds(21));
}

TEST(ProbeState, LivenessPassesUntilTheThresholdInARow) {
  ProbeState probe(ProbeKind::kLiveness, {.period = absl::Seconds(1), .failure_threshold = 2},
                   kStart);
  EXPECT_TRUE(probe.IsPassing());
  probe.Record(false, kStart);
  probe.Record(true, kStart);
  probe.Record(false, kStart);
  EXPECT_FALSE(probe.HasFailed());
  probe.Record(false, kStart);
  EXPECT_TRUE(probe.HasFailed());
}

TEST(ProbeState, ReadinessIsLostAndFound) {
  ProbeState probe(ProbeKind::kReadiness,
                   {.period = absl::Seconds(1), .success_threshold = 2, .failure_threshold = 1},
                   kStart);
  probe.Record(true, kStart);
  EXPECT_FALSE(probe.IsPassing());
  probe.Record(true, kStart);
  EXPECT_TRUE(probe.IsPassing());
  probe.Record(false, kStart);
  EXPECT_FALSE(probe.IsPassing());
}

TEST(HostsFile, ListsReadyPodsOfAService) {
  const std::vector<HostsService> services = {
      {.namespace_name = "a", .name = "web", .selector = {{"app", "w"}}},
      {.namespace_name = "a",
       .name = "peers",
       .selector = {{"app", "w"}},
       .is_headless = true,
       .publishes_not_ready = true},
      {.namespace_name = "a", .name = "all", .selector = {}},
  };
  const std::vector<HostsPod> pods = {
      {.namespace_name = "a", .labels = {{"app", "w"}}, .address = "127.1.0.1", .is_ready = true},
      {.namespace_name = "a",
       .labels = {{"app", "w"}},
       .address = "127.1.0.2",
       .hostname = "w-1",
       .subdomain = "peers"},
      {.namespace_name = "b", .labels = {{"app", "w"}}, .address = "127.1.0.3", .is_ready = true},
  };
  const std::string own = MakeHostsFile("a", services, pods);
  EXPECT_THAT(own, HasSubstr("127.1.0.1 web.a.svc.cluster.local web.a.svc web.a web\n"));
  EXPECT_THAT(own, Not(HasSubstr("127.1.0.2 web.")));
  EXPECT_THAT(own, HasSubstr("127.1.0.2 peers.a.svc.cluster.local"));
  EXPECT_THAT(own, HasSubstr("127.1.0.2 w-1.peers.a.svc.cluster.local"));
  EXPECT_THAT(own, Not(HasSubstr("127.1.0.3")));
  EXPECT_THAT(own, Not(HasSubstr(" all.")));
  EXPECT_THAT(MakeHostsFile("b", services, pods), HasSubstr("web.a.svc web.a\n"));
}

TEST(ContainerCommand, MountsOuterDirectoriesBeforeInnerOnes) {
  ContainerCommand container{.root_directory = "/r",
                             .hosts_directory = "/h",
                             .operator_programs = "",
                             .host_name = "p",
                             .working_directory = "/",
                             .mounts = {{"/s/inner", "/data/inner", true}, {"/s/data", "/data"}},
                             .command = {"prog", "arg"}};
  const std::vector<std::string> line = MakeContainerCommand(container);
  const auto at = [&](const std::string& word) {
    return std::find(line.begin(), line.end(), word) - line.begin();
  };
  EXPECT_LT(at("/s/data"), at("/s/inner"));
  EXPECT_EQ(line[static_cast<size_t>(at("/s/inner")) - 1], "--ro-bind");
  EXPECT_EQ(line.back(), "arg");
}

TEST(LogQuery, TakesTheApiServersRequestApart) {
  const auto query = ParseLogRequest(
      "GET /containerLogs/default/web-0/redis?follow=true&tailLines=5 HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(query.has_value());
  EXPECT_EQ(query->pod, "web-0");
  EXPECT_EQ(query->container, "redis");
  EXPECT_EQ(query->tail_lines, 5);
  EXPECT_TRUE(query->follows);
  for (const char* refused :
       {"POST /exec/default/web-0/redis HTTP/1.1", "GET /containerLogs/default/../etc HTTP/1.1",
        "GET /containerLogs/default/web-0 HTTP/1.1", ""}) {
    EXPECT_FALSE(ParseLogRequest(refused).has_value()) << refused;
  }
}

TEST(LogQuery, LastLines) {
  EXPECT_EQ(LastLines("a\nb\nc\n", 2), "b\nc\n");
  EXPECT_EQ(LastLines("a\nb\nc", 1), "c");
  EXPECT_EQ(LastLines("a\nb\n", 9), "a\nb\n");
  EXPECT_EQ(LastLines("a\nb\n", -1), "a\nb\n");
  EXPECT_EQ(LastLines("a\nb\n", 0), "");
  EXPECT_EQ(LastLines("", 3), "");
}

TEST(Quantity, ReadsKubernetesSuffixes) {
  EXPECT_DOUBLE_EQ(*ParseQuantity("500m"), 0.5);
  EXPECT_DOUBLE_EQ(*ParseQuantity("1.5Gi"), 1.5 * (1 << 30));
  EXPECT_DOUBLE_EQ(*ParseQuantity("2"), 2);
  EXPECT_FALSE(ParseQuantity("lots").has_value());
  EXPECT_FALSE(ParseQuantity("1x").has_value());
}

}  // namespace
}  // namespace redisop
