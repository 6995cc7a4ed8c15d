#include "services/planner/core/slots/place_slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/property_run.h"
#include "services/planner/core/slots/edge_choice.h"
#include "services/planner/core/slots/share.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::Le;
using ::testing::Pointwise;

// The owners after all transfers.
std::vector<SlotSet> After(std::vector<SlotSet> owned, const SlotPlacement& placement) {
  for (const SlotTransfer& move : placement.transfers) {
    if (move.source != kUnassigned) {
      owned[static_cast<size_t>(move.source)].Remove(move.slots);
    }
    owned[static_cast<size_t>(move.target)].Add(move.slots);
  }
  return owned;
}

// A cluster that goes through numbers of primaries. Nodes that leave are the last ones.
std::vector<int> RangesAlong(const std::vector<int>& history) {
  std::vector<SlotSet> owned;
  std::vector<int> ranges;
  for (const int primaries : history) {
    owned.resize(std::max(owned.size(), static_cast<size_t>(primaries)));
    std::vector<int> weights(owned.size(), 0);
    std::fill(weights.begin(), weights.begin() + primaries, 1);
    std::vector<int> current;
    int unassigned = kSlotCount;
    for (const SlotSet& slots : owned) {
      current.push_back(slots.size());
      unassigned -= slots.size();
    }
    const std::vector<Share> shares = SharesFor(weights, kSlotCount, 0);
    const SlotPlacement placement =
        PlaceSlots(owned, FinalCounts(current, shares, unassigned), MoveRates());
    int moved = 0;
    for (const SlotTransfer& move : placement.transfers) {
      moved += move.source == kUnassigned ? 0 : move.slots.size();
    }
    EXPECT_EQ(moved, FewestMoves(current, shares, unassigned));
    owned = After(owned, placement);
    owned.resize(static_cast<size_t>(primaries));
    ranges.push_back(placement.ranges);
  }
  return ranges;
}

TEST(EdgeChoiceTest, ShortRangesGoWholeBeforeLongOnes) {
  const std::vector<redisop::Run> line = {{0, 50, 1},          {50, 57, 0},   {57, 100, 1},
                                          {100, 103, 0},       {103, 200, 1}, {200, 203, 0},
                                          {203, kSlotCount, 1}};
  const std::vector<redisop::Run> after = ChooseEdges(line, {8, 0}, {0, 8}, 0, Taste{});
  EXPECT_THAT(after, ElementsAre(redisop::Run{0, 52, 1}, redisop::Run{52, 57, 0},
                                 redisop::Run{57, kSlotCount, 1}));
}

// Figures of other choices: redis-cli has 6, 10, 15 in the first history and 62 ranges after 3 → …
// → 12.
TEST(PlaceSlotsTest, MapsStayInFewRanges) {
  EXPECT_THAT(RangesAlong({3, 4, 5, 6}), Pointwise(Le(), {3, 5, 8, 11}));
  EXPECT_THAT(RangesAlong({3, 6, 12}), ElementsAre(3, 6, 12));
  EXPECT_THAT(RangesAlong({3, 6, 5, 4, 3}), Pointwise(Le(), {3, 6, 8, 8, 6}));
  EXPECT_THAT(RangesAlong({3, 6, 9, 12, 9, 6, 9, 12}), Pointwise(Le(), {3, 6, 9, 15, 9, 6, 9, 15}));
  EXPECT_LE(RangesAlong({3, 4, 5, 6, 7, 8, 9, 10, 11, 12}).back(), 41);
}

// Each range of the new node touches two others at most.
TEST(PlaceSlotsTest, OneMoreNodeHasARangeForEveryTwoOthers) {
  for (int primaries = 1; primaries <= 64; ++primaries) {
    EXPECT_LE(RangesAlong({primaries, primaries + 1}).back(), primaries + (primaries + 1) / 2);
  }
}

TEST(PlaceSlotsTest, FormationGivesEachNodeOneRange) {
  for (const int primaries : {1, 3, 129, 1000}) {
    EXPECT_THAT(RangesAlong({primaries}), ElementsAre(primaries));
  }
}

TEST(PlaceSlotsTest, EverySlotHasOneOwnerAndNoNodeGivesAndTakes) {
  const PropertyRun run("SLOTS", 300);
  for (uint64_t n = 0; n < run.cases; ++n) {
    CaseRandom random(run.seed + n);
    std::vector<SlotSet> owned(static_cast<size_t>(1 + random.Below(8)));
    for (int slot = 0; slot < kSlotCount;) {
      const int length = 1 + random.Below(2000);
      const auto owner = static_cast<size_t>(random.Below(static_cast<int>(owned.size()) + 1));
      for (int i = 0; i < length && slot < kSlotCount; ++i, ++slot) {
        if (owner < owned.size()) {
          owned[owner].Add(slot);
        }
      }
    }
    std::vector<int> weights(owned.size());
    std::vector<int> current;
    int unassigned = kSlotCount;
    for (size_t i = 0; i < owned.size(); ++i) {
      weights[i] = random.Below(3);
      current.push_back(owned[i].size());
      unassigned -= owned[i].size();
    }
    weights[0] = 1;
    const std::vector<int> counts =
        FinalCounts(current, SharesFor(weights, kSlotCount, 0), unassigned);
    const SlotPlacement placement = PlaceSlots(owned, counts, MoveRates());
    const std::vector<SlotSet> after = After(owned, placement);
    SlotSet all;
    std::vector<bool> gives(owned.size());
    std::vector<bool> takes(owned.size());
    for (size_t i = 0; i < owned.size(); ++i) {
      ASSERT_TRUE((all & after[i]).empty());
      all.Add(after[i]);
      ASSERT_EQ(after[i].size(), counts[i]) << run.Repeat(n);
    }
    ASSERT_EQ(all, SlotSet::All());
    for (const SlotTransfer& move : placement.transfers) {
      takes[static_cast<size_t>(move.target)] = true;
      if (move.source != kUnassigned) {
        gives[static_cast<size_t>(move.source)] = true;
        ASSERT_EQ((owned[static_cast<size_t>(move.source)] & move.slots), move.slots);
      }
    }
    for (size_t i = 0; i < owned.size(); ++i) {
      ASSERT_FALSE(gives[i] && takes[i]);
    }
  }
}

}  // namespace
}  // namespace redisop
