#include "common/kube/reflector.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/kube/api_error.h"
#include "common/testing/fake_clock.h"
#include "common/testing/fake_kube_api.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HalfRandom final : public Random {
 public:
  uint64_t Next() override { return uint64_t{1} << 63; }
};

class ReflectorTest : public ::testing::Test {
 protected:
  void Put(const std::string& name, const std::string& value) {
    const nlohmann::json object = {{"metadata", {{"name", name}}}, {"data", {{"v", value}}}};
    ASSERT_THAT(api_.Apply(Named(kConfigMaps, "ns", name), object.dump(),
                           {.field_manager = "t", .force = true}, absl::Seconds(1)),
                IsOk());
  }
  void Remove(const std::string& name) {
    ASSERT_THAT(api_.Delete(Named(kConfigMaps, "ns", name), {}, absl::Seconds(1)), IsOk());
  }

  // Steps until there is nothing to do now.
  absl::Duration Settle() {
    absl::Duration delay;
    for (int i = 0; i < 10; ++i) {
      delay = reflector_.Step();
      if (delay > absl::ZeroDuration()) {
        break;
      }
    }
    return delay;
  }

  // What happened since the last call.
  std::vector<std::string> Seen() { return std::exchange(seen_, {}); }
  int CallsOf(const std::string& verb) { return std::exchange(calls_[verb], 0); }

  void SetUp() override {
    api_.SetFault([this](const FakeKubeCall& call) {
      ++calls_[call.verb];
      return call.verb == failing_verb_ ? failure_ : absl::OkStatus();
    });
  }

  FakeClock clock_;
  HalfRandom random_;
  FakeKubeApi api_{clock_};
  ObjectStore store_;
  std::vector<std::string> seen_;
  std::map<std::string, int> calls_;
  std::string failing_verb_;
  absl::Status failure_;
  int woken_ = 0;
  Reflector reflector_{
      api_,
      clock_,
      random_,
      {.collection = Collection(kConfigMaps, "ns"), .selector = {}},
      store_,
      [this](const StoreChange& change, bool from_list) {
        seen_.push_back(fmt::format(
            "{}{} {}", from_list ? "listed " : "",
            std::vector{"added", "updated", "deleted"}[static_cast<size_t>(change.type)],
            change.key));
      },
      [this] { ++woken_; }};
};

TEST_F(ReflectorTest, ListsThenFollows) {
  Put("a", "1");
  EXPECT_FALSE(reflector_.HasSynced());
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_TRUE(reflector_.HasSynced());
  EXPECT_THAT(Seen(), ElementsAre("listed added ns/a"));
  Put("b", "1");
  Put("a", "2");
  Remove("b");
  EXPECT_THAT(Seen(), ElementsAre("added ns/b", "updated ns/a", "deleted ns/b"));
  EXPECT_EQ(store_.Size(), 1u);
}

TEST_F(ReflectorTest, ANormalEndGoesOnWithoutListingAndMissesNothing) {
  Settle();
  clock_.Advance(absl::Minutes(6));
  api_.EndWatches(absl::OkStatus());
  EXPECT_EQ(woken_, 1);
  Put("a", "1");
  EXPECT_THAT(Seen(), IsEmpty());
  CallsOf("list");
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_THAT(Seen(), ElementsAre("added ns/a"));
  EXPECT_EQ(CallsOf("list"), 0);
}

TEST_F(ReflectorTest, TooOldListsAgainAndTellsWhatVanished) {
  Put("gone", "1");
  Put("stays", "1");
  Put("changes", "1");
  Settle();
  Seen();
  clock_.Advance(absl::Minutes(1));
  api_.EndWatches(absl::UnavailableError("broken"));
  Remove("gone");
  Put("changes", "2");
  Put("new", "1");
  api_.Compact();
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_THAT(Seen(), ElementsAre("listed updated ns/changes", "listed added ns/new",
                                  "listed deleted ns/gone"));
}

TEST_F(ReflectorTest, FailedListsBackOffAndHealthResets) {
  failing_verb_ = "list";
  failure_ = absl::UnavailableError("down");
  std::vector<absl::Duration> delays;
  for (int i = 0; i < 8; ++i) {
    delays.push_back(Settle());
    EXPECT_EQ(reflector_.Step(), delays.back()) << "nothing is asked before the delay is over";
    clock_.Advance(delays.back());
  }
  EXPECT_THAT(delays, ElementsAre(absl::Milliseconds(1200), absl::Milliseconds(2400),
                                  absl::Milliseconds(4800), absl::Milliseconds(9600),
                                  absl::Milliseconds(19200), absl::Milliseconds(38400),
                                  absl::Seconds(45), absl::Seconds(45)));
  EXPECT_THAT(reflector_.LastError(), StatusIs(absl::StatusCode::kUnavailable));
  failing_verb_ = "";
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_THAT(reflector_.LastError(), IsOk());
  clock_.Advance(absl::Minutes(3));
  failing_verb_ = "watch";
  api_.EndWatches(absl::OkStatus());
  EXPECT_EQ(Settle(), absl::Milliseconds(1200));
}

TEST_F(ReflectorTest, ARefusedWatchBacksOffAtTheSameVersion) {
  Settle();
  failing_verb_ = "watch";
  failure_ = absl::UnavailableError("connection refused");
  clock_.Advance(absl::Seconds(5));
  api_.EndWatches(absl::UnavailableError("broken"));
  CallsOf("list");
  clock_.Advance(Settle());
  clock_.Advance(Settle());
  EXPECT_EQ(CallsOf("list"), 0);
  failing_verb_ = "";
  Put("a", "1");
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_THAT(Seen(), ElementsAre("added ns/a"));
}

TEST_F(ReflectorTest, AWatchThatEndsAtOnceIsAFailure) {
  Settle();
  api_.EndWatches(absl::OkStatus());
  EXPECT_EQ(Settle(), absl::Milliseconds(1200));
}

TEST_F(ReflectorTest, AServerThatIsBehindIsListedAnewAfterADelay) {
  Settle();
  clock_.Advance(absl::Seconds(5));
  CallsOf("list");
  api_.EndWatches(MakeApiStatus({.http_code = 504,
                                 .reason = "Timeout",
                                 .cause = "ResourceVersionTooLarge",
                                 .retry_after = absl::Seconds(5)},
                                "Too large resource version"));
  EXPECT_EQ(Settle(), absl::Seconds(5));
  clock_.Advance(absl::Seconds(5));
  EXPECT_EQ(Settle(), absl::InfiniteDuration());
  EXPECT_EQ(CallsOf("list"), 1);
}

TEST_F(ReflectorTest, AVersionTheServerForgotForGoodDoesNotSpin) {
  Settle();
  failing_verb_ = "watch";
  failure_ = MakeApiStatus({.http_code = 410, .reason = "Expired"}, "too old");
  clock_.Advance(absl::Seconds(5));
  api_.EndWatches(absl::OkStatus());
  EXPECT_GT(Settle(), absl::ZeroDuration());
  EXPECT_LE(CallsOf("watch"), 4);
}

}  // namespace
}  // namespace redisop
