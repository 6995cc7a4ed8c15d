// What the KubeApi contract promises, as one suite that is linked with a real API server and with
// the one in memory: this is what keeps the latter honest.

#ifndef REDIS_OPERATOR_COMMON_KUBE_KUBE_CONTRACT_H_
#define REDIS_OPERATOR_COMMON_KUBE_KUBE_CONTRACT_H_

#include <memory>
#include <string>

#include "common/kube/kube_api.h"
#include "gtest/gtest.h"

namespace redisop {

// The API under test; defined once per program. Fails the running test when there is none.
std::unique_ptr<KubeApi> MakeApiUnderTest();

inline const absl::Duration kCallTimeout = absl::Seconds(10);

// Each test has a namespace of its own, removed at the end.
class KubeContract : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  std::string ConfigMapJson(const std::string& name, const std::string& value) const;
  ResourcePath ConfigMap(const std::string& name) const;
  absl::StatusOr<KubeObject> CreateConfigMap(const std::string& name, const std::string& value);

  std::unique_ptr<KubeApi> api_;
  std::string namespace_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_KUBE_CONTRACT_H_
