// The client against a real API server, the one of the kubeconfig in REDIS_OPERATOR_KUBECONFIG.
// What it makes is in a namespace of its own, which it removes.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/kube/api_error.h"
#include "common/kube/curl_kube_api.h"
#include "common/kube/event_recorder.h"
#include "common/kube/informer.h"
#include "common/kube/leader_elector.h"
#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace redisop {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr absl::Duration kTimeout = absl::Seconds(10);

class KubeReal : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("REDIS_OPERATOR_KUBECONFIG");
    ASSERT_NE(path, nullptr) << "REDIS_OPERATOR_KUBECONFIG must name a kubeconfig";
    absl::StatusOr<KubeConfig> config = LoadKubeConfig(path);
    ASSERT_THAT(config, IsOk());
    config_ = *config;
    api_ = MakeApi(config_);
    namespace_ = fmt::format("kube-test-{:08x}", SystemRandom().Next() & 0xffffffff);
    const json object = {{"metadata", {{"name", namespace_}}}};
    ASSERT_THAT(api_->Create(Collection(kNamespaces), object.dump(), kTimeout), IsOk());
  }

  void TearDown() override {
    if (api_ != nullptr) {
      EXPECT_THAT(api_->Delete(Named(kNamespaces, "", namespace_), {}, kTimeout), IsOk());
    }
  }

  static std::unique_ptr<KubeApi> MakeApi(const KubeConfig& config) {
    absl::StatusOr<std::unique_ptr<KubeApi>> api = MakeCurlKubeApi(config);
    EXPECT_THAT(api, IsOk());
    return *std::move(api);
  }

  std::string ConfigMapJson(const std::string& name, const std::string& value) const {
    return json{{"apiVersion", "v1"},
                {"kind", "ConfigMap"},
                {"metadata",
                 {{"name", name}, {"namespace", namespace_}, {"labels", {{"app", "kube-test"}}}}},
                {"data", {{"value", value}}}}
        .dump();
  }

  ResourcePath ConfigMap(const std::string& name) const {
    return Named(kConfigMaps, namespace_, name);
  }

  absl::StatusOr<KubeObject> CreateConfigMap(const std::string& name, const std::string& value) {
    return api_->Create(Collection(kConfigMaps, namespace_), ConfigMapJson(name, value), kTimeout);
  }

  KubeConfig config_;
  std::unique_ptr<KubeApi> api_;
  std::string namespace_;
};

TEST_F(KubeReal, WritesAnswerWithTheObjectAndErrorsSayWhatToDo) {
  ASSERT_OK_AND_ASSIGN(KubeObject created, CreateConfigMap("a", "1"));
  EXPECT_EQ(created.kind, "ConfigMap");
  EXPECT_EQ(created.Key(), namespace_ + "/a");
  EXPECT_EQ(created.json.find("managedFields"), std::string::npos);
  EXPECT_TRUE(json::accept(created.json));
  EXPECT_THAT(CreateConfigMap("a", "1"), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(api_->Get(ConfigMap("b"), kTimeout), StatusIs(absl::StatusCode::kNotFound));

  json stale = json::parse(created.json);
  ASSERT_THAT(api_->Patch(ConfigMap("a"), R"({"data":{"value":"2"}})", {}, kTimeout), IsOk());
  EXPECT_THAT(api_->Update(ConfigMap("a"), stale.dump(), kTimeout),
              StatusIs(absl::StatusCode::kAborted));
  stale["metadata"].erase("resourceVersion");
  EXPECT_THAT(api_->Update(ConfigMap("a"), stale.dump(), kTimeout), IsOk());
  EXPECT_THAT(api_->Patch(ConfigMap("a"), R"([{"op":"test","path":"/data/value","value":"7"}])",
                          {.type = PatchType::kJson, .field_manager = "test"}, kTimeout),
              StatusIs(absl::StatusCode::kInvalidArgument));

  EXPECT_THAT(api_->Delete(ConfigMap("a"), {.uid = "somebody-else"}, kTimeout),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(api_->Delete(ConfigMap("a"), {.uid = created.meta.uid}, kTimeout), IsOk());
  EXPECT_THAT(api_->Delete(ConfigMap("a"), {.uid = created.meta.uid}, kTimeout),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(KubeReal, ApplyCreatesThenOwnsItsFields) {
  ASSERT_OK_AND_ASSIGN(KubeObject first,
                       api_->Apply(ConfigMap("a"), ConfigMapJson("a", "1"),
                                   {.field_manager = "one", .force = true}, kTimeout));
  const absl::StatusOr<KubeObject> second = api_->Apply(
      ConfigMap("a"), ConfigMapJson("a", "2"), {.field_manager = "two", .force = false}, kTimeout);
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kAborted));
  ASSERT_TRUE(ApiErrorOf(second.status()));
  EXPECT_EQ(ApiErrorOf(second.status())->cause, "FieldManagerConflict");
  ASSERT_OK_AND_ASSIGN(KubeObject forced,
                       api_->Apply(ConfigMap("a"), ConfigMapJson("a", "2"),
                                   {.field_manager = "two", .force = true}, kTimeout));
  EXPECT_GT(CompareResourceVersions(forced.meta.resource_version, first.meta.resource_version), 0);
}

TEST_F(KubeReal, ListsInPagesUnderOneVersion) {
  for (int i = 0; i < 7; ++i) {
    ASSERT_THAT(CreateConfigMap(fmt::format("c{}", i), "x"), IsOk());
  }
  const ListOptions options{.selector = {.labels = "app=kube-test", .fields = ""},
                            .resource_version = "",
                            .limit = 0,
                            .continue_token = ""};
  ASSERT_OK_AND_ASSIGN(ObjectList list, ListAll(*api_, Collection(kConfigMaps, namespace_), options,
                                                kTimeout, /*page_size=*/3));
  EXPECT_THAT(list.items, SizeIs(7));
  EXPECT_FALSE(list.resource_version.empty());
}

TEST_F(KubeReal, InformerFollowsWhatHappens) {
  ASSERT_THAT(CreateConfigMap("before", "1"), IsOk());
  Informer informer(*api_, SystemClock(), SystemRandom(),
                    {.collection = Collection(kConfigMaps, namespace_),
                     .selector = {.labels = "app=kube-test", .fields = ""},
                     .index = [](const KubeObject& object) { return object.meta.name; }});
  absl::Mutex mutex;
  std::vector<std::string> seen;
  informer.OnChange([&](const StoreChange& change, bool from_list) {
    absl::MutexLock lock(&mutex);
    seen.push_back(fmt::format("{}{}{}", from_list ? "list " : "", static_cast<int>(change.type),
                               change.key.substr(change.key.find('/'))));
  });
  informer.Start();
  ASSERT_TRUE(Await(kTimeout, [&] { return informer.HasSynced(); }));
  EXPECT_THAT(informer.Store().List(), SizeIs(1));

  ASSERT_OK_AND_ASSIGN(KubeObject after, CreateConfigMap("after", "1"));
  ASSERT_THAT(api_->Patch(ConfigMap("before"), R"({"data":{"value":"2"}})", {}, kTimeout), IsOk());
  ASSERT_THAT(api_->Delete(ConfigMap("after"), {.uid = after.meta.uid}, kTimeout), IsOk());
  ASSERT_TRUE(Await(kTimeout, [&] {
    absl::MutexLock lock(&mutex);
    return seen.size() == 4;
  }));
  EXPECT_TRUE(informer.HasSeen(after.meta.resource_version));
  EXPECT_THAT(informer.Store().ListByIndex("before"), SizeIs(1));
  EXPECT_THAT(informer.Store().ListByIndex("after"), SizeIs(0));
  absl::MutexLock lock(&mutex);
  EXPECT_THAT(seen, ::testing::ElementsAre("list 0/before", "0/after", "1/before", "2/after"));
}

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
  ASSERT_TRUE(Await(kTimeout, [&] {
    absl::MutexLock lock(&mutex);
    return end.has_value();
  }));
  absl::MutexLock lock(&mutex);
  EXPECT_THAT(*end, StatusIs(absl::StatusCode::kOutOfRange));
}

TEST_F(KubeReal, ManyWatchesAndCallsAtATime) {
  std::atomic<int> events = 0;
  std::vector<std::unique_ptr<Informer>> informers;
  for (int i = 0; i < 40; ++i) {
    informers.push_back(std::make_unique<Informer>(
        *api_, SystemClock(), SystemRandom(),
        InformerOptions{.collection = Collection(kConfigMaps, namespace_),
                        .selector = {.labels = "app=kube-test", .fields = ""},
                        .index = nullptr}));
    informers.back()->OnChange([&](const StoreChange&, bool) { ++events; });
    informers.back()->Start();
  }
  ASSERT_THAT(CreateConfigMap("one", "1"), IsOk());
  ASSERT_TRUE(Await(kTimeout, [&] { return events == 40; }));
  EXPECT_TRUE(std::all_of(informers.begin(), informers.end(),
                          [](const auto& informer) { return informer->Store().Size() == 1; }));
}

TEST_F(KubeReal, OneCandidateLeadsAndReleaseHandsOver) {
  LeaderElectorOptions options{
      .namespace_name = namespace_, .lease_name = "leader", .identity = "one"};
  LeaderElector one(*api_, SystemClock(), SystemRandom(), options);
  options.identity = "two";
  LeaderElector two(*api_, SystemClock(), SystemRandom(), options);
  one.Step();
  two.Step();
  EXPECT_THAT(one.LastError(), IsOk());
  EXPECT_THAT(two.LastError(), IsOk());
  EXPECT_TRUE(one.IsLeader());
  EXPECT_FALSE(two.IsLeader());
  EXPECT_EQ(two.Holder(), "one");
  one.Step();
  EXPECT_EQ(one.FencingToken(), 0);
  EXPECT_THAT(one.Release(), IsOk());
  EXPECT_FALSE(one.IsLeader());
  two.Step();
  EXPECT_TRUE(two.IsLeader());
  EXPECT_EQ(two.FencingToken(), 1);
}

TEST_F(KubeReal, EventsBecomeASeriesThatDescribeShows) {
  ASSERT_OK_AND_ASSIGN(KubeObject about, CreateConfigMap("about", "1"));
  EventRecorder recorder(*api_, SystemClock(), SystemRandom(),
                         {.controller = "redisoperator.io/test", .instance = "test-0"}, [] {});
  const ObjectReference regarding{.api_version = "v1",
                                  .kind = "ConfigMap",
                                  .namespace_name = namespace_,
                                  .name = "about",
                                  .uid = about.meta.uid};
  for (int i = 0; i < 3; ++i) {
    recorder.Record(regarding, EventType::kWarning, "TestHappened", "Test",
                    fmt::format("note {} \xff", i));
    recorder.Step();
    EXPECT_THAT(recorder.LastError(), IsOk());
  }
  ASSERT_OK_AND_ASSIGN(
      std::string text,
      api_->GetRaw(fmt::format("/api/v1/namespaces/{}/events?fieldSelector=involvedObject.name%3D"
                               "about",
                               namespace_),
                   kTimeout));
  const json events = json::parse(text).at("items");
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events.at(0).at("series").at("count"), 3);
  EXPECT_THAT(events.at(0).at("message").get<std::string>(), HasSubstr("note 0"));
  EXPECT_EQ(recorder.Dropped(), 0);
}

TEST_F(KubeReal, AWrongTokenIsRefused) {
  KubeConfig wrong = config_;
  wrong.token = "wrong";
  wrong.client_certificate_pem.clear();
  wrong.client_key_pem.clear();
  EXPECT_THAT(MakeApi(wrong)->Get(ConfigMap("a"), kTimeout),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(KubeReal, AnUntrustedServerIsNotSpokenTo) {
  KubeConfig wrong = config_;
  wrong.ca_pem.clear();
  wrong.ca_file.clear();
  EXPECT_THAT(MakeApi(wrong)->Get(ConfigMap("a"), kTimeout),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate")));
}

TEST_F(KubeReal, NobodyListeningIsUnavailable) {
  KubeConfig wrong = config_;
  wrong.server = "https://127.0.0.1:1";
  EXPECT_THAT(MakeApi(wrong)->Get(ConfigMap("a"), kTimeout),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace redisop
