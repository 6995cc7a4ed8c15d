// The client against a real API server, the one of the kubeconfig in REDIS_OPERATOR_KUBECONFIG: the
// contract, and what only a real server does.

#include <cstdlib>
#include <memory>
#include <optional>

#include "absl/synchronization/mutex.h"
#include "common/kube/curl_kube_api.h"
#include "common/kube/kube_contract.h"
#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<KubeConfig> ConfigUnderTest() {
  const char* path = std::getenv("REDIS_OPERATOR_KUBECONFIG");
  if (path == nullptr) {
    return absl::NotFoundError("REDIS_OPERATOR_KUBECONFIG must name a kubeconfig");
  }
  return LoadKubeConfig(path);
}

std::unique_ptr<KubeApi> MakeApi(const KubeConfig& config) {
  absl::StatusOr<std::unique_ptr<KubeApi>> api = MakeCurlKubeApi(config);
  EXPECT_THAT(api.status(), IsOk());
  return api.ok() ? *std::move(api) : nullptr;
}

class KubeReal : public KubeContract {
 protected:
  void SetUp() override {
    KubeContract::SetUp();
    if (absl::StatusOr<KubeConfig> config = ConfigUnderTest(); config.ok()) {
      config_ = *config;
    }
  }

  KubeConfig config_;
};

TEST_F(KubeReal, AWatchFromAForgottenVersionSaysTooOld) {
  absl::Mutex mutex;
  std::optional<absl::Status> end;
  const std::unique_ptr<WatchHandle> watch =
      api_->Watch(Collection(kConfigMaps, namespace_),
                  {.selector = {}, .resource_version = "1", .timeout = absl::Seconds(30)},
                  {.on_event = [](const WatchEvent&) {},
                   .on_end =
                       [&](absl::Status status) {
                         absl::MutexLock lock(&mutex);
                         end = std::move(status);
                       }});
  ASSERT_TRUE(Await(kCallTimeout, [&] {
    absl::MutexLock lock(&mutex);
    return end.has_value();
  }));
  absl::MutexLock lock(&mutex);
  EXPECT_THAT(*end, StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(KubeReal, AWrongTokenIsRefused) {
  KubeConfig wrong = config_;
  wrong.token = "wrong";
  wrong.client_certificate_pem.clear();
  wrong.client_key_pem.clear();
  EXPECT_THAT(MakeApi(wrong)->Get(ConfigMap("a"), kCallTimeout),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(KubeReal, AnUntrustedServerIsNotSpokenTo) {
  KubeConfig wrong = config_;
  wrong.ca_pem.clear();
  wrong.ca_file.clear();
  EXPECT_THAT(MakeApi(wrong)->Get(ConfigMap("a"), kCallTimeout),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate")));
}

TEST_F(KubeReal, NobodyListeningIsUnavailable) {
  KubeConfig wrong = config_;
  wrong.server = "https://127.0.0.1:1";
  EXPECT_THAT(MakeApi(wrong)->Get(ConfigMap("a"), kCallTimeout),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace

std::unique_ptr<KubeApi> MakeApiUnderTest() {
  absl::StatusOr<KubeConfig> config = ConfigUnderTest();
  EXPECT_THAT(config.status(), IsOk());
  return config.ok() ? MakeApi(*config) : nullptr;
}

}  // namespace redisop
