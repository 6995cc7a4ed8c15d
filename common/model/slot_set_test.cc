#include "common/model/slot_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SlotSetTest, TextIsThatOfClusterNodes) {
  ASSERT_OK_AND_ASSIGN(const SlotSet slots, SlotSet::Parse("0-5460 10923,  16383"));
  EXPECT_EQ(slots.size(), 5463);
  EXPECT_EQ(slots.ToString(), "0-5460 10923 16383");
  EXPECT_EQ(SlotSet().ToString(), "");
  EXPECT_THAT(SlotSet::Parse(""), IsOkAndHolds(SlotSet()));
}

TEST(SlotSetTest, AdjacentRangesAreJoined) {
  ASSERT_OK_AND_ASSIGN(const SlotSet slots, SlotSet::Parse("5-7 8 2-4 20"));
  EXPECT_THAT(slots.Ranges(), ElementsAre(SlotRange{2, 9}, SlotRange{20, 21}));
}

TEST(SlotSetTest, ErrorsNameThePartThatIsWrong) {
  const struct {
    const char* text;
    const char* message;
  } kCases[] = {{"foo", "'foo' is not a slot"}, {"5-2", "'5-2' runs backwards"},
                {"16384", "from 0 to 16383"},   {"-1", "not a slot"},
                {"1-2-3", "not a slot"},        {"3 1-5", "'1-5' names a slot twice"},
                {"99999999999", "not a slot"},  {"1-", "not a slot"}};
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.text);
    EXPECT_THAT(SlotSet::Parse(test.text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(test.message)));
  }
}

TEST(SlotSetTest, Algebra) {
  const SlotSet low(SlotRange{0, 100});
  const SlotSet middle(SlotRange{50, 150});
  EXPECT_EQ((low & middle), SlotSet(SlotRange{50, 100}));
  EXPECT_EQ((low | middle), SlotSet(SlotRange{0, 150}));
  EXPECT_EQ((low - middle), SlotSet(SlotRange{0, 50}));
  EXPECT_EQ(SlotSet::All().size(), kSlotCount);
}

}  // namespace
}  // namespace redisop
