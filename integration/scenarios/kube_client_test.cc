// The Kubernetes client keeps its contract against the real API server.

#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"
#include "integration/world/world_fixture.h"

namespace redisop::integration {
namespace {

class KubeClientTest : public WorldFixture {};

TEST_F(KubeClientTest, KeepsItsContract) {
  ASSERT_OK_AND_ASSIGN(const std::string output,
                       world().Output({"env", "REDIS_OPERATOR_KUBECONFIG=" + world().kubeconfig(),
                                       BinaryDirectory() + "/kube_real_test"}));
  EXPECT_NE(output.find("[  PASSED  ]"), std::string::npos) << output;
}

}  // namespace
}  // namespace redisop::integration
