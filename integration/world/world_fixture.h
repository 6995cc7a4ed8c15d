// The fixture of all scenarios: one World for the tests of a program, and the operator's logs when
// a test failed.

#ifndef REDIS_OPERATOR_INTEGRATION_WORLD_WORLD_FIXTURE_H_
#define REDIS_OPERATOR_INTEGRATION_WORLD_WORLD_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "integration/client/writers.h"
#include "integration/world/world.h"

namespace redisop::integration {

inline constexpr absl::Duration kPatience = absl::Minutes(2);

class WorldFixture : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  // Installs a cluster and waits until it is ready; prints how long it took. Fails the test
  // otherwise.
  void Form(const std::string& name, const Shape& shape);

  // Changes the shape and waits until it is ready; prints how long it took. Fails the test
  // otherwise.
  void Reshape(const std::string& name, const Shape& shape);

  // Nothing lost, nothing invented, everything readable.
  void ExpectSound(const WriteReport& report);

  World& world() { return *world_; }

 private:
  static std::unique_ptr<World> world_;
};

}  // namespace redisop::integration

#endif  // REDIS_OPERATOR_INTEGRATION_WORLD_WORLD_FIXTURE_H_
