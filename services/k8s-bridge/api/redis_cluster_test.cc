#include "services/k8s-bridge/api/redis_cluster.h"

#include <gmock/gmock.h>

#include "common/testing/status_matchers.h"

namespace redisop {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<RedisCluster> Read(const std::string& spec, const std::string& name = "cache") {
  absl::StatusOr<KubeObject> object =
      ParseObject(R"({"metadata":{"name":")" + name + R"(","namespace":"ns","uid":"u"},"spec":)" +
                  spec + R"(,"status":{"formed":true}})");
  return ParseRedisCluster(*object);
}

TEST(RedisCluster, DefaultsAreThoseOfTheCrd) {
  ASSERT_OK_AND_ASSIGN(const RedisCluster cluster, Read("{}"));
  EXPECT_EQ(cluster.spec.number_of_primaries, 3);
  EXPECT_EQ(cluster.spec.replication_factor, 1);
  EXPECT_EQ(cluster.spec.service_name, "cache");
  EXPECT_EQ(cluster.spec.max_parallel_migrations, 4);
  EXPECT_EQ(cluster.spec.node_timeout_milliseconds, 5000);
  EXPECT_FALSE(cluster.spec.storage.has_value());
  EXPECT_TRUE(cluster.formed);
  EXPECT_TRUE(PlannerPolicyOf(cluster).recreate_lost_shards);
}

TEST(RedisCluster, ReadsEveryField) {
  ASSERT_OK_AND_ASSIGN(const RedisCluster cluster, Read(R"({
    "numberOfPrimaries": 5, "replicationFactor": 2, "image": "valkey:8", "serviceName": "svc",
    "redisConfig": {"maxmemory": "1gb"}, "storage": {"size": "1Gi", "retention": "Delete"},
    "migration": {"maxParallel": 7}, "failover": {"nodeTimeoutMilliseconds": 2000},
    "placement": {"hosts": "Required", "zoneTopologyKey": "z"}, "planApproval": "Manual",
    "paused": true, "recovery": {"allowDataLoss": "2"}, "podTemplate": {"spec": {"a": 1}}})"));
  EXPECT_EQ(cluster.spec.number_of_primaries, 5);
  EXPECT_EQ(cluster.spec.redis_config.at("maxmemory"), "1gb");
  EXPECT_TRUE(cluster.spec.storage->delete_with_cluster);
  EXPECT_EQ(cluster.spec.hosts, Spread::kRequired);
  EXPECT_EQ(cluster.spec.zones, Spread::kPreferred);
  EXPECT_TRUE(cluster.spec.manual_approval);
  EXPECT_TRUE(cluster.spec.paused);
  EXPECT_THAT(cluster.spec.allow_data_loss, ElementsAre("2"));
  EXPECT_EQ(cluster.spec.pod_template, R"({"spec":{"a":1}})");
  EXPECT_FALSE(PlannerPolicyOf(cluster).recreate_lost_shards);
}

TEST(RedisCluster, AllMistakesAreNamedAtOnce) {
  EXPECT_THAT(
      Read(R"({"numberOfPrimaries": 0, "replicationFactor": 6, "paused": 1, "podTemplate": "x",
               "storage": {}, "planApproval": "Maybe", "serviceName": "cache-client",
               "redisConfig": {"port": "1", "save": "a\nb", "requirepass": "x", "A b": "c"},
               "failover": {"nodeTimeoutMilliseconds": 1.5}})"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("spec.numberOfPrimaries: must be 1 to 1000, is 0"),
                     HasSubstr("spec.replicationFactor: must be 0 to 5"),
                     HasSubstr("spec.paused: must be true or false"),
                     HasSubstr("spec.podTemplate: must be an object"),
                     HasSubstr("spec.storage.size: is required"),
                     HasSubstr("spec.planApproval: must be one of Automatic, Manual"),
                     HasSubstr("spec.serviceName: is the name of the Service for clients"),
                     HasSubstr("spec.redisConfig.port: is set by the operator"),
                     HasSubstr("spec.redisConfig.save: must be one line"),
                     HasSubstr("spec.redisConfig.requirepass: is not supported"),
                     HasSubstr("spec.redisConfig.A b: is not the name"),
                     HasSubstr("spec.failover.nodeTimeoutMilliseconds: must be a whole number"))));
  EXPECT_THAT(Read("{}", std::string(53, 'a')),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("metadata.name")));
}

}  // namespace
}  // namespace redisop
