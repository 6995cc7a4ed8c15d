#include "integration/world/world_fixture.h"

#include <fmt/format.h>

#include <iostream>

#include "common/base/clock.h"
#include "common/testing/status_matchers.h"

namespace redisop::integration {
namespace {

void PrintDuration(const std::string& name, const Shape& shape, absl::Duration start) {
  std::cout << fmt::format("[ {} ] {} primaries x {} replicas: Ready after {:.1f} s", name,
                           shape.primaries, shape.replicas,
                           absl::ToDoubleSeconds(SystemClock().Monotonic() - start))
            << std::endl;
}

}  // namespace

std::unique_ptr<World> WorldFixture::world_;

void WorldFixture::SetUpTestSuite() {
  absl::StatusOr<std::unique_ptr<World>> world = World::Start();
  ASSERT_OK(world.status());
  world_ = *std::move(world);
}

void WorldFixture::TearDownTestSuite() { world_.reset(); }

void WorldFixture::SetUp() { ASSERT_NE(world_, nullptr); }

void WorldFixture::TearDown() {
  if (HasFailure() && world_ != nullptr) {
    std::cerr << world_->Logs();
  }
}

void WorldFixture::Form(const std::string& name, const Shape& shape) {
  const absl::Duration start = SystemClock().Monotonic();
  ASSERT_OK(world_->InstallCluster(name, {fmt::format("numberOfMaster={}", shape.primaries),
                                          fmt::format("replicationFactor={}", shape.replicas)}));
  ASSERT_OK(world_->AwaitReady(name, shape, kPatience));
  PrintDuration(name, shape, start);
}

void WorldFixture::Reshape(const std::string& name, const Shape& shape) {
  const absl::Duration start = SystemClock().Monotonic();
  ASSERT_OK(
      world_->PatchSpec(name, fmt::format(R"({{"numberOfPrimaries":{},"replicationFactor":{}}})",
                                          shape.primaries, shape.replicas)));
  ASSERT_OK(world_->AwaitReady(name, shape, kPatience));
  PrintDuration(name, shape, start);
}

void WorldFixture::ExpectSound(const WriteReport& report) {
  std::cout << report << std::endl;
  EXPECT_GT(report.acknowledged, 0u);
  EXPECT_EQ(report.lost, 0u) << report;
  EXPECT_EQ(report.phantoms, 0u) << report;
  EXPECT_EQ(report.unread, 0u) << report;
}

}  // namespace redisop::integration
