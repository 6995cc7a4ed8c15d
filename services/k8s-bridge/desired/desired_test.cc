// Golden objects: testdata/*.txt. REWRITE=1 writes them anew.

#include "services/k8s-bridge/desired/desired.h"

#include <gmock/gmock.h>

#include "common/testing/data_driven.h"
#include "common/testing/status_matchers.h"
#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/satisfies.h"

namespace redisop {
namespace {

// The input of a case is the spec.
RedisCluster ClusterOf(const DataCase& c) {
  absl::StatusOr<KubeObject> object =
      ParseObject(R"({"metadata":{"name":"cache","namespace":"ns","uid":"uid-1"},"spec":)" +
                  (c.input.empty() ? "{}" : c.input) + "}");
  return *ParseRedisCluster(*object);
}

std::string Pretty(const DesiredObject& object) {
  return nlohmann::json::parse(object.json).dump(1) + "\n";
}

std::string Answer(const DataCase& c) {
  const RedisCluster cluster = ClusterOf(c);
  CreatePod member{"cache-0-1", "0", 1, c.Argument("zone", "")};
  if (c.arguments.contains("not_on")) {
    member.not_on_hosts = {c.Argument("not_on", ""), "other"};
  }
  if (c.command == "headless-service") {
    return Pretty(HeadlessService(cluster));
  }
  if (c.command == "client-service") {
    return Pretty(ClientService(cluster));
  }
  if (c.command == "config-map") {
    return Pretty(ConfigMap(cluster));
  }
  if (c.command == "pod") {
    return Pretty(MemberPod(cluster, member, {.agent_image = "agent:1"}));
  }
  if (c.command == "volume-claim") {
    return Pretty(VolumeClaim(cluster, member));
  }
  if (c.command == "budgets") {
    std::string text;
    for (const DesiredObject& budget : DisruptionBudgets(cluster, {{"0", 1}, {"1", 2}, {"2", 3}})) {
      const auto json = nlohmann::json::parse(budget.json);
      text += budget.name + " " + json["spec"].dump() + "\n";
    }
    return text;
  }
  return "unknown command\n";
}

TEST(Desired, Golden) { RunDataDriven("desired/testdata", Answer); }

TEST(Desired, TheSameSpecGivesTheSameBytes) {
  DataCase c;
  EXPECT_EQ(Answer(c), Answer(c));
}

TEST(Satisfies, WhatOthersAddedDoesNotCount) {
  EXPECT_TRUE(Satisfies(R"({"a":1,"b":{"c":[{"d":1,"x":2}],"y":0}})", R"({"b":{"c":[{"d":1}]}})"));
  EXPECT_FALSE(Satisfies(R"({"b":{"c":[{"d":2}]}})", R"({"b":{"c":[{"d":1}]}})"));
  EXPECT_FALSE(Satisfies(R"({"c":[1,2]})", R"({"c":[1]})"));
  EXPECT_FALSE(Satisfies(R"({})", R"({"a":null})"));
  EXPECT_TRUE(Satisfies(R"({"s":1})", R"({"kind":"K","apiVersion":"v1","s":1})"));
}

}  // namespace
}  // namespace redisop
