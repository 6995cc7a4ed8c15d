// Changes of shape under traffic: nothing acknowledged is lost, clients see redirections only, and
// what is done is what was shown before.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "common/model/slot_set.h"
#include "common/testing/status_matchers.h"
#include "integration/client/dataset.h"
#include "integration/client/redis_py.h"
#include "integration/world/world_fixture.h"

namespace redisop::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ScaleTest : public WorldFixture {};

TEST_F(ScaleTest, EveryAcknowledgedWriteSurvivesEveryChangeOfShape) {
  ASSERT_NO_FATAL_FAILURE(Form("shapes", {3, 1}));
  ASSERT_OK_AND_ASSIGN(const std::vector<Endpoint> seeds, world().Endpoints("shapes"));
  Writers writers(seeds, {.connections = 4, .keys = 2000});
  ASSERT_OK_AND_ASSIGN(auto python, RedisPy::Start(seeds.front(), 2));
  for (const Shape& shape : {Shape{6, 1}, Shape{3, 1}, Shape{3, 2}, Shape{3, 0}, Shape{3, 1}}) {
    ASSERT_NO_FATAL_FAILURE(Reshape("shapes", shape));
    ASSERT_OK(world().CheckCluster("shapes"));
  }
  const WriteReport own = writers.Stop();
  ExpectSound(own);
  EXPECT_THAT(own.errors, IsEmpty()) << "clients see redirections only";
  ASSERT_OK_AND_ASSIGN(const RedisPyReport report, python->Stop());
  std::cout << fmt::format("redis-py: acknowledged {}, lost {}\n", report.acknowledged,
                           report.lost);
  EXPECT_GT(report.acknowledged, 0u);
  EXPECT_EQ(report.lost, 0u);
  EXPECT_EQ(report.phantoms, 0u);
  EXPECT_THAT(report.errors, IsEmpty());
}

TEST_F(ScaleTest, AnotherShapeWithTheSameNumberOfPods) {
  ASSERT_NO_FATAL_FAILURE(Form("same", {2, 2}));
  ASSERT_OK_AND_ASSIGN(const std::vector<Endpoint> seeds, world().Endpoints("same"));
  Writers writers(seeds, {.connections = 4, .keys = 2000});
  ASSERT_NO_FATAL_FAILURE(Reshape("same", {3, 1}));
  ASSERT_NO_FATAL_FAILURE(Reshape("same", {6, 0}));
  ASSERT_OK(world().CheckCluster("same"));
  const WriteReport report = writers.Stop();
  ExpectSound(report);
  EXPECT_THAT(report.errors, IsEmpty());
}

// The times that docs/benchmarks.md quotes.
TEST_F(ScaleTest, ALoadedClusterKeepsEveryKey) {
  constexpr Dataset kDataset{.keys = 200000, .value_bytes = 100};
  ASSERT_NO_FATAL_FAILURE(Form("loaded", {3, 1}));
  ASSERT_OK_AND_ASSIGN(const std::vector<Endpoint> seeds, world().Endpoints("loaded"));
  ASSERT_EQ(WriteDataset(seeds, kDataset), 0u) << "refused writes";
  Writers writers(seeds, {.connections = 4, .keys = 2000});
  ASSERT_NO_FATAL_FAILURE(Reshape("loaded", {6, 1}));
  ASSERT_NO_FATAL_FAILURE(Reshape("loaded", {3, 1}));
  const WriteReport report = writers.Stop();
  ExpectSound(report);
  EXPECT_THAT(report.errors, IsEmpty());
  EXPECT_EQ(CountWrong(seeds, kDataset), 0u)
      << "keys of 200,000 that are missing or have another value";
}

TEST_F(ScaleTest, ThePlanExecutedIsThePlanPreviewed) {
  ASSERT_NO_FATAL_FAILURE(Form("preview", {3, 1}));
  ASSERT_OK_AND_ASSIGN(const std::string address, world().BridgeAddress());
  ASSERT_OK_AND_ASSIGN(
      const std::string answer,
      world().Output({"grpcurl", "-plaintext", "-d",
                      R"({"namespace":"default","name":"preview","numberOfPrimaries":4})", address,
                      "redisoperator.bridge.v1.BridgeService/PreviewPlan"}));
  const nlohmann::json plan = nlohmann::json::parse(answer)["plan"];
  const std::string previewed = plan["digest"];
  EXPECT_EQ(plan["bounds"]["slots_moved"], plan["bounds"]["slots_moved_minimum"]);

  std::set<int> moved;
  for (const nlohmann::json& step : plan["steps"]) {
    if (step.contains("migrate_slots")) {
      ASSERT_OK_AND_ASSIGN(const SlotSet slots,
                           SlotSet::Parse(step["migrate_slots"]["slots"].get<std::string>()));
      for (const int slot : slots.Slots()) {
        EXPECT_TRUE(moved.insert(slot).second) << "slot " << slot << " moves twice";
      }
    }
  }
  EXPECT_EQ(moved.size(), 4096u);
  ASSERT_NO_FATAL_FAILURE(Reshape("preview", {4, 1}));
  ASSERT_OK_AND_ASSIGN(const std::string events,
                       world().Output({"kubectl", "get", "events", "-o", "json"}));
  EXPECT_THAT(events, HasSubstr(previewed)) << "the event PlanStarted names the digest of the plan";
}

}  // namespace
}  // namespace redisop::integration
