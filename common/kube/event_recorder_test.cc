#include "common/kube/event_recorder.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "common/testing/fake_clock.h"
#include "common/testing/fake_kube_api.h"
#include "common/testing/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace redisop {
namespace {

using nlohmann::json;
using ::testing::SizeIs;

class EventRecorderTest : public ::testing::Test {
 protected:
  void Record(const std::string& name, const std::string& reason, const std::string& note = "n") {
    recorder_.Record({.api_version = "v1",
                      .kind = "Pod",
                      .namespace_name = "ns",
                      .name = name,
                      .uid = name + "-uid"},
                     EventType::kNormal, reason, "Act", note);
  }

  std::vector<json> Events() {
    const ObjectList list = *api_.List(Collection(kEvents, "ns"), {}, absl::Seconds(1));
    std::vector<json> events;
    for (const KubeObjectPtr& object : list.items) {
      events.push_back(json::parse(object->json));
    }
    return events;
  }

  FakeClock clock_;
  FakeKubeApi api_{clock_};
  int woken_ = 0;
  EventRecorder recorder_{
      api_, clock_, SystemRandom(), {.controller = "c", .instance = "i", .queue_max = 10}, [this] {
        ++woken_;
      }};
};

TEST_F(EventRecorderTest, TheSameThingIsOneSeriesWhateverTheNoteSays) {
  for (int i = 0; i < 4; ++i) {
    Record("a", "Moved", fmt::format("slot {}", i));
    clock_.Advance(absl::Minutes(1));
  }
  Record("a", "Other");
  Record("b", "Moved");
  EXPECT_EQ(woken_, 6);
  EXPECT_EQ(recorder_.Step(), absl::InfiniteDuration());
  EXPECT_THAT(Events(), SizeIs(3));
  EXPECT_EQ(Events()[0].value("/series/count"_json_pointer, 0) +
                Events()[1].value("/series/count"_json_pointer, 0) +
                Events()[2].value("/series/count"_json_pointer, 0),
            4);
  clock_.Advance(absl::Minutes(11));
  Record("b", "Moved");
  recorder_.Step();
  EXPECT_THAT(Events(), SizeIs(4)) << "after ten minutes it is a new event";
}

TEST_F(EventRecorderTest, ANoisyObjectRunsOutOfItsAllowanceAndOthersDoNot) {
  for (int i = 0; i < 30; ++i) {
    Record("noisy", fmt::format("R{}", i));
    recorder_.Step();
  }
  Record("quiet", "R");
  recorder_.Step();
  EXPECT_THAT(Events(), SizeIs(26));
  EXPECT_EQ(recorder_.Dropped(), 5);
  clock_.Advance(absl::Minutes(5));
  Record("noisy", "Later");
  recorder_.Step();
  EXPECT_THAT(Events(), SizeIs(27));
}

TEST_F(EventRecorderTest, AFullQueueDropsInsteadOfWaiting) {
  for (int i = 0; i < 15; ++i) {
    Record(fmt::format("p{}", i), "R");
  }
  EXPECT_EQ(recorder_.Dropped(), 5);
}

TEST_F(EventRecorderTest, WhatFailsForNowIsSentLaterAndALostAnswerMakesNoSecondEvent) {
  api_.SetFault([](const FakeKubeCall& call) {
    return call.committed ? absl::DeadlineExceededError("lost") : absl::OkStatus();
  });
  Record("a", "R");
  EXPECT_GE(recorder_.Step(), absl::Seconds(10));
  EXPECT_THAT(recorder_.LastError(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  api_.SetFault(nullptr);
  EXPECT_EQ(recorder_.Step(), absl::InfiniteDuration());
  EXPECT_THAT(recorder_.LastError(), IsOk());
  EXPECT_THAT(Events(), SizeIs(1));
  EXPECT_EQ(recorder_.Dropped(), 0);
}

TEST_F(EventRecorderTest, WhatIsRefusedIsDroppedAndDoesNotHoldUpTheRest) {
  api_.SetFault([](const FakeKubeCall& call) {
    return call.verb == "create" ? absl::PermissionDeniedError("no") : absl::OkStatus();
  });
  Record("a", "R");
  Record("b", "R");
  EXPECT_EQ(recorder_.Step(), absl::InfiniteDuration());
  EXPECT_EQ(recorder_.Dropped(), 2);
}

TEST_F(EventRecorderTest, LongNotesAreCutBetweenCharacters) {
  std::string note(1023, 'x');
  note += "é and more";
  Record("a", "R", note);
  recorder_.Step();
  ASSERT_THAT(Events(), SizeIs(1));
  EXPECT_EQ(Events()[0].at("note"), std::string(1023, 'x'));
}

}  // namespace
}  // namespace redisop
