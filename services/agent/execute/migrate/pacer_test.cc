#include "services/agent/execute/migrate/pacer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Pacer, GrowsWhileTheSourceIsQuickAndShrinksWhenItIsNot) {
  Pacer pacer(10, absl::Milliseconds(4));
  const int start = pacer.keys();
  pacer.Report(start, absl::Milliseconds(1));
  EXPECT_EQ(pacer.keys(), 2 * start);
  pacer.Report(pacer.keys(), absl::Milliseconds(16));
  EXPECT_EQ(pacer.keys(), start / 2);
  pacer.Report(pacer.keys(), absl::Milliseconds(3));
  EXPECT_EQ(pacer.keys(), start / 2);
}

TEST(Pacer, StaysWithinItsLimits) {
  Pacer pacer(10, absl::Milliseconds(4));
  for (int i = 0; i < 20; ++i) pacer.Report(pacer.keys(), absl::ZeroDuration());
  EXPECT_EQ(pacer.keys(), kRoundKeysMax);
  for (int i = 0; i < 20; ++i) pacer.Report(pacer.keys(), absl::Seconds(1));
  EXPECT_EQ(pacer.keys(), 10);
}

TEST(Pacer, LearnsNothingFromARoundThatWasSmallAnyway) {
  Pacer pacer(10);
  const int start = pacer.keys();
  pacer.Report(1, absl::ZeroDuration());
  EXPECT_EQ(pacer.keys(), start);
}

SlotKeys KeysOf(const std::vector<uint64_t>& bytes) {
  SlotKeys slot;
  for (const uint64_t size : bytes) {
    slot.keys.push_back(std::to_string(slot.keys.size()));
    slot.bytes.push_back(size);
    slot.total_bytes += size;
  }
  return slot;
}

TEST(FittingSlots, EndsWithTheBytesButTakesOne) {
  const SlotKeys half = KeysOf({kRoundBytesMax / 2});
  EXPECT_EQ(FittingSlots({half, half, half}), 2u);
  EXPECT_EQ(FittingSlots({KeysOf({kRoundBytesMax * 3}), half}), 1u);
  EXPECT_EQ(FittingSlots({half}), 1u);
  EXPECT_EQ(FittingSlots({}), 0u);
}

TEST(BatchOf, EndsWithKeysOrBytesAndALargeKeyGoesAlone) {
  const SlotKeys slot = KeysOf({1, 1, 1, kRoundBytesMax * 2, 1});
  EXPECT_THAT(BatchOf(slot, 0, 2), ElementsAre("0", "1"));
  EXPECT_THAT(BatchOf(slot, 2, 2), ElementsAre("2"));
  EXPECT_THAT(BatchOf(slot, 3, 2), ElementsAre("3"));
  EXPECT_THAT(BatchOf(slot, 4, 2), ElementsAre("4"));
  EXPECT_THAT(BatchOf(slot, 5, 2), IsEmpty());
}

TEST(WindowSize, TheFirstSlotOfANewPrimaryGoesAlone) {
  const std::vector<WaitingSlot> waiting(500);
  EXPECT_EQ(WindowSize(waiting, 0, 1000), 1);
  EXPECT_EQ(WindowSize(waiting, 31, 1000), 1);
  EXPECT_EQ(WindowSize(waiting, 160, 1000), 10);
  EXPECT_EQ(WindowSize(waiting, 5000, 1000), kWindowSlotsMax);
  EXPECT_EQ(WindowSize({}, 5000, 1000), 0);
}

TEST(WindowSize, EndsWithTheKeysOrTheLanes) {
  EXPECT_EQ(WindowSize(std::vector<WaitingSlot>(500, {0, 10}), 5000, 100), 10);
  EXPECT_EQ(WindowSize(std::vector<WaitingSlot>(500, {0, 1}), 5000, 1000), kLanesMax);
  EXPECT_EQ(WindowSize(std::vector<WaitingSlot>(500, {0, 5000}), 5000, 1000), 1);
}

}  // namespace
}  // namespace redisop
