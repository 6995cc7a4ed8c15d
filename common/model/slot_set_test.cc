#include "common/model/slot_set.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bitset>
#include <cstdlib>
#include <random>

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

// The same set, kept in the plainest way.
using Bits = std::bitset<kSlotCount>;

Bits BitsOf(const SlotSet& slots) {
  Bits bits;
  for (const int slot : slots.Slots()) {
    bits.set(static_cast<size_t>(slot));
  }
  return bits;
}

class RandomSets {
 public:
  explicit RandomSets(uint64_t seed) : random_(seed) {}

  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint64_t>(limit)); }

  // Some ranges, most of them short, some of them at the borders of words.
  std::pair<SlotSet, Bits> Draw() {
    std::pair<SlotSet, Bits> drawn;
    for (int i = Below(6); i > 0; --i) {
      const int first = Below(4) == 0 ? Below(256) * 64 : Below(kSlotCount);
      const int size = std::min(kSlotCount - first, Below(4) == 0 ? 64 * Below(9) : Below(40));
      drawn.first.Add(SlotRange{first, first + size});
      for (int slot = first; slot < first + size; ++slot) {
        drawn.second.set(static_cast<size_t>(slot));
      }
    }
    return drawn;
  }

 private:
  std::mt19937_64 random_;
};

TEST(SlotSetTest, AgreesWithABitMap) {
  const char* given = std::getenv("SLOT_SET_SEED");
  const uint64_t seed = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  for (uint64_t i = seed; i < seed + 2000; ++i) {
    SCOPED_TRACE(fmt::format("SLOT_SET_SEED={}", i));
    RandomSets random(i);
    auto [a, a_bits] = random.Draw();
    const auto [b, b_bits] = random.Draw();
    ASSERT_EQ(BitsOf(a), a_bits);
    ASSERT_EQ(a.size(), static_cast<int>(a_bits.count()));
    ASSERT_EQ(a.empty(), a_bits.none());
    ASSERT_EQ(a == b, a_bits == b_bits);
    ASSERT_EQ(BitsOf(a & b), a_bits & b_bits);
    ASSERT_EQ(BitsOf(a | b), a_bits | b_bits);
    ASSERT_EQ(BitsOf(a - b), a_bits & ~b_bits);
    ASSERT_EQ(a.Overlaps(b), (a_bits & b_bits).any());
    ASSERT_EQ((a - b) | (a & b), a) << "equal sets are equal however they came about";
    ASSERT_THAT(SlotSet::Parse(a.ToString()), IsOkAndHolds(a));
    const int slot = random.Below(kSlotCount);
    ASSERT_EQ(a.Contains(slot), a_bits[static_cast<size_t>(slot)]);
    a.Add(slot);
    ASSERT_TRUE(a.Contains(slot));
    a.Remove(slot);
    ASSERT_EQ(BitsOf(a), a_bits.reset(static_cast<size_t>(slot)));
  }
}

}  // namespace
}  // namespace redisop
