#include "common/kube/kube_contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/kube/api_error.h"
#include "common/kube/event_recorder.h"
#include "common/kube/informer.h"
#include "common/kube/leader_elector.h"
#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"

namespace redisop {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

void KubeContract::SetUp() {
  api_ = MakeApiUnderTest();
  ASSERT_NE(api_, nullptr);
  namespace_ = fmt::format("kube-test-{:08x}", SystemRandom().Next() & 0xffffffff);
  const json object = {{"metadata", {{"name", namespace_}}}};
  ASSERT_THAT(api_->Create(Collection(kNamespaces), object.dump(), kCallTimeout), IsOk());
}

void KubeContract::TearDown() {
  if (api_ != nullptr) {
    EXPECT_THAT(api_->Delete(Named(kNamespaces, "", namespace_), {}, kCallTimeout), IsOk());
  }
}

std::string KubeContract::ConfigMapJson(const std::string& name, const std::string& value) const {
  return json{
      {"apiVersion", "v1"},
      {"kind", "ConfigMap"},
      {"metadata", {{"name", name}, {"namespace", namespace_}, {"labels", {{"app", "kube-test"}}}}},
      {"data", {{"value", value}}}}
      .dump();
}

ResourcePath KubeContract::ConfigMap(const std::string& name) const {
  return Named(kConfigMaps, namespace_, name);
}

absl::StatusOr<KubeObject> KubeContract::CreateConfigMap(const std::string& name,
                                                         const std::string& value) {
  return api_->Create(Collection(kConfigMaps, namespace_), ConfigMapJson(name, value),
                      kCallTimeout);
}

namespace {

TEST_F(KubeContract, WritesAnswerWithTheObjectAndErrorsSayWhatToDo) {
  ASSERT_OK_AND_ASSIGN(KubeObject created, CreateConfigMap("a", "1"));
  EXPECT_EQ(created.kind, "ConfigMap");
  EXPECT_EQ(created.Key(), namespace_ + "/a");
  EXPECT_EQ(created.json.find("managedFields"), std::string::npos);
  EXPECT_TRUE(json::accept(created.json));
  EXPECT_THAT(CreateConfigMap("a", "1"), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(api_->Get(ConfigMap("b"), kCallTimeout), StatusIs(absl::StatusCode::kNotFound));

  json stale = json::parse(created.json);
  ASSERT_THAT(api_->Patch(ConfigMap("a"), R"({"data":{"value":"2"}})", {}, kCallTimeout), IsOk());
  EXPECT_THAT(api_->Update(ConfigMap("a"), stale.dump(), kCallTimeout),
              StatusIs(absl::StatusCode::kAborted));
  stale["metadata"].erase("resourceVersion");
  EXPECT_THAT(api_->Update(ConfigMap("a"), stale.dump(), kCallTimeout), IsOk());
  EXPECT_THAT(api_->Patch(ConfigMap("a"), R"([{"op":"test","path":"/data/value","value":"7"}])",
                          {.type = PatchType::kJson, .field_manager = "test"}, kCallTimeout),
              StatusIs(absl::StatusCode::kInvalidArgument));

  EXPECT_THAT(api_->Delete(ConfigMap("a"), {.uid = "somebody-else"}, kCallTimeout),
              StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(api_->Delete(ConfigMap("a"), {.uid = created.meta.uid}, kCallTimeout), IsOk());
  EXPECT_THAT(api_->Delete(ConfigMap("a"), {.uid = created.meta.uid}, kCallTimeout),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(KubeContract, ApplyCreatesThenOwnsItsFields) {
  ASSERT_OK_AND_ASSIGN(KubeObject first,
                       api_->Apply(ConfigMap("a"), ConfigMapJson("a", "1"),
                                   {.field_manager = "one", .force = true}, kCallTimeout));
  const absl::StatusOr<KubeObject> second =
      api_->Apply(ConfigMap("a"), ConfigMapJson("a", "2"), {.field_manager = "two", .force = false},
                  kCallTimeout);
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kAborted));
  ASSERT_TRUE(ApiErrorOf(second.status()));
  EXPECT_EQ(ApiErrorOf(second.status())->cause, "FieldManagerConflict");
  ASSERT_OK_AND_ASSIGN(KubeObject forced,
                       api_->Apply(ConfigMap("a"), ConfigMapJson("a", "2"),
                                   {.field_manager = "two", .force = true}, kCallTimeout));
  EXPECT_GT(CompareResourceVersions(forced.meta.resource_version, first.meta.resource_version), 0);
}

TEST_F(KubeContract, ListsInPagesUnderOneVersion) {
  for (int i = 0; i < 7; ++i) {
    ASSERT_THAT(CreateConfigMap(fmt::format("c{}", i), "x"), IsOk());
  }
  const ListOptions options{.selector = {.labels = "app=kube-test", .fields = ""},
                            .resource_version = "",
                            .limit = 0,
                            .continue_token = ""};
  ASSERT_OK_AND_ASSIGN(ObjectList list, ListAll(*api_, Collection(kConfigMaps, namespace_), options,
                                                kCallTimeout, /*page_size=*/3));
  EXPECT_THAT(list.items, SizeIs(7));
  EXPECT_FALSE(list.resource_version.empty());
}

TEST_F(KubeContract, InformerFollowsWhatHappens) {
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
  ASSERT_TRUE(Await(kCallTimeout, [&] { return informer.HasSynced(); }));
  EXPECT_THAT(informer.Store().List(), SizeIs(1));

  ASSERT_OK_AND_ASSIGN(KubeObject after, CreateConfigMap("after", "1"));
  ASSERT_THAT(api_->Patch(ConfigMap("before"), R"({"data":{"value":"2"}})", {}, kCallTimeout),
              IsOk());
  ASSERT_THAT(api_->Delete(ConfigMap("after"), {.uid = after.meta.uid}, kCallTimeout), IsOk());
  ASSERT_TRUE(Await(kCallTimeout, [&] {
    absl::MutexLock lock(&mutex);
    return seen.size() == 4;
  }));
  EXPECT_TRUE(informer.HasSeen(after.meta.resource_version));
  EXPECT_THAT(informer.Store().ListByIndex("before"), SizeIs(1));
  EXPECT_THAT(informer.Store().ListByIndex("after"), SizeIs(0));
  absl::MutexLock lock(&mutex);
  EXPECT_THAT(seen, ::testing::ElementsAre("list 0/before", "0/after", "1/before", "2/after"));
}

TEST_F(KubeContract, ManyWatchesAndCallsAtATime) {
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
  ASSERT_TRUE(Await(kCallTimeout, [&] { return events == 40; }));
  EXPECT_TRUE(std::all_of(informers.begin(), informers.end(),
                          [](const auto& informer) { return informer->Store().Size() == 1; }));
}

TEST_F(KubeContract, OneCandidateLeadsAndReleaseHandsOver) {
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

TEST_F(KubeContract, RepeatedEventsBecomeASeries) {
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
  ASSERT_OK_AND_ASSIGN(ObjectList events,
                       api_->List(Collection(kEvents, namespace_), {}, kCallTimeout));
  ASSERT_THAT(events.items, SizeIs(1));
  const json event = json::parse(events.items[0]->json);
  EXPECT_EQ(event.at("series").at("count"), 3);
  EXPECT_EQ(event.at("regarding").at("name"), "about");
  EXPECT_THAT(event.at("note").get<std::string>(), HasSubstr("note 0"));
  EXPECT_EQ(recorder.Dropped(), 0);
}

TEST_F(KubeContract, GenerationFollowsTheSpecAndStatusIsASubresource) {
  const json budget = {
      {"apiVersion", "policy/v1"},
      {"kind", "PodDisruptionBudget"},
      {"metadata", {{"name", "b"}, {"namespace", namespace_}}},
      {"spec", {{"minAvailable", 1}, {"selector", {{"matchLabels", {{"a", "b"}}}}}}}};
  ASSERT_OK_AND_ASSIGN(
      KubeObject created,
      api_->Create(Collection(kPodDisruptionBudgets, namespace_), budget.dump(), kCallTimeout));
  EXPECT_EQ(created.meta.generation, 1);
  const ResourcePath main = Named(kPodDisruptionBudgets, namespace_, "b");
  ASSERT_OK_AND_ASSIGN(KubeObject labelled,
                       api_->Patch(main, R"({"metadata":{"labels":{"x":"y"}}})", {}, kCallTimeout));
  EXPECT_EQ(labelled.meta.generation, 1);
  ASSERT_OK_AND_ASSIGN(KubeObject same,
                       api_->Patch(main, R"({"metadata":{"labels":{"x":"y"}}})", {}, kCallTimeout));
  EXPECT_EQ(same.meta.resource_version, labelled.meta.resource_version);
  ASSERT_OK_AND_ASSIGN(KubeObject changed,
                       api_->Patch(main, R"({"spec":{"minAvailable":2}})", {}, kCallTimeout));
  EXPECT_EQ(changed.meta.generation, 2);
  const std::string both = R"({"spec":{"minAvailable":7},"status":{"currentHealthy":5,
      "desiredHealthy":1,"disruptionsAllowed":0,"expectedPods":1}})";
  ASSERT_OK_AND_ASSIGN(
      KubeObject status,
      api_->Patch(Named(kPodDisruptionBudgets, namespace_, "b", "status"), both, {}, kCallTimeout));
  EXPECT_EQ(status.meta.generation, 2);
  EXPECT_EQ(json::parse(status.json).at("spec").at("minAvailable"), 2);
  EXPECT_EQ(json::parse(status.json).at("status").at("currentHealthy"), 5);
}

TEST_F(KubeContract, FinalizersHoldAnObjectUntilTheyAreGone) {
  json map = json::parse(ConfigMapJson("f", "1"));
  map["metadata"]["finalizers"] = {"redisoperator.io/test"};
  ASSERT_THAT(api_->Create(Collection(kConfigMaps, namespace_), map.dump(), kCallTimeout), IsOk());
  ASSERT_THAT(api_->Delete(ConfigMap("f"), {}, kCallTimeout), IsOk());
  ASSERT_OK_AND_ASSIGN(KubeObject held, api_->Get(ConfigMap("f"), kCallTimeout));
  EXPECT_TRUE(held.meta.deletion_time);
  EXPECT_THAT(held.meta.finalizers, ::testing::ElementsAre("redisoperator.io/test"));
  ASSERT_THAT(
      api_->Patch(
          ConfigMap("f"),
          R"([{"op":"test","path":"/metadata/finalizers/0","value":"redisoperator.io/test"},)"
          R"({"op":"remove","path":"/metadata/finalizers/0"}])",
          {.type = PatchType::kJson, .field_manager = ""}, kCallTimeout),
      IsOk());
  EXPECT_THAT(api_->Get(ConfigMap("f"), kCallTimeout), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(KubeContract, LeavingTheSelectorIsADeletionForTheWatch) {
  ASSERT_THAT(CreateConfigMap("a", "1"), IsOk());
  Informer informer(*api_, SystemClock(), SystemRandom(),
                    {.collection = Collection(kConfigMaps, namespace_),
                     .selector = {.labels = "app=kube-test", .fields = ""},
                     .index = nullptr});
  informer.Start();
  ASSERT_TRUE(Await(kCallTimeout, [&] { return informer.Store().Size() == 1; }));
  ASSERT_THAT(
      api_->Patch(ConfigMap("a"), R"({"metadata":{"labels":{"app":"other"}}})", {}, kCallTimeout),
      IsOk());
  ASSERT_TRUE(Await(kCallTimeout, [&] { return informer.Store().Size() == 0; }));
  ASSERT_THAT(api_->Patch(ConfigMap("a"), R"({"metadata":{"labels":{"app":"kube-test"}}})", {},
                          kCallTimeout),
              IsOk());
  ASSERT_TRUE(Await(kCallTimeout, [&] { return informer.Store().Size() == 1; }));
}

TEST_F(KubeContract, AppliedFieldsThatAreNoLongerAppliedGo) {
  json intent = json::parse(ConfigMapJson("a", "1"));
  intent["data"]["more"] = "2";
  const ApplyOptions options{.field_manager = "one", .force = true};
  ASSERT_THAT(api_->Apply(ConfigMap("a"), intent.dump(), options, kCallTimeout), IsOk());
  ASSERT_THAT(api_->Patch(ConfigMap("a"), R"({"data":{"foreign":"3"}})", {}, kCallTimeout), IsOk());
  ASSERT_OK_AND_ASSIGN(KubeObject again,
                       api_->Apply(ConfigMap("a"), ConfigMapJson("a", "1"), options, kCallTimeout));
  EXPECT_EQ(json::parse(again.json).at("data"), json({{"value", "1"}, {"foreign", "3"}}));
  ASSERT_OK_AND_ASSIGN(KubeObject same,
                       api_->Apply(ConfigMap("a"), ConfigMapJson("a", "1"), options, kCallTimeout));
  EXPECT_EQ(same.meta.resource_version, again.meta.resource_version);
}

}  // namespace
}  // namespace redisop
