// The contract against the API server in memory.

#include "common/base/clock.h"
#include "common/kube/kube_contract.h"
#include "common/testing/fake_kube_api.h"

namespace redisop {

std::unique_ptr<KubeApi> MakeApiUnderTest() { return std::make_unique<FakeKubeApi>(SystemClock()); }

}  // namespace redisop
