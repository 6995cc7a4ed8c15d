#include "services/planner/core/slots/place_slots.h"

#include <algorithm>
#include <map>
#include <utility>

#include "services/planner/core/slots/edge_choice.h"

namespace redisop {
namespace {

std::vector<int> OwnerOfEachSlot(const std::vector<SlotSet>& owned) {
  std::vector<int> owner(kSlotCount, kUnassigned);
  for (size_t i = 0; i < owned.size(); ++i) {
    for (const SlotRange& range : owned[i].Ranges()) {
      std::fill(owner.begin() + range.first, owner.begin() + range.end, static_cast<int>(i));
    }
  }
  return owner;
}

std::vector<Run> LineOf(const std::vector<int>& owner) {
  std::vector<Run> line;
  for (int slot = 0; slot < kSlotCount; ++slot) {
    if (!line.empty() && line.back().owner == owner[static_cast<size_t>(slot)]) {
      ++line.back().end;
    } else {
      line.push_back({slot, slot + 1, owner[static_cast<size_t>(slot)]});
    }
  }
  return line;
}

int CountRanges(const std::vector<int>& owner) {
  int ranges = 0;
  for (const Run& run : LineOf(owner)) {
    ranges += run.owner >= 0 ? 1 : 0;
  }
  return ranges;
}

}  // namespace

SlotPlacement PlacementBetween(const std::vector<int>& before, const std::vector<int>& after) {
  SlotPlacement placement;
  std::map<std::pair<int, int>, SlotSet> moves;
  for (int slot = 0; slot < kSlotCount; ++slot) {
    const int from = before[static_cast<size_t>(slot)];
    const int to = after[static_cast<size_t>(slot)];
    if (from != to) {
      moves[{from, to}].Add(slot);
    }
  }
  for (auto& [pair, slots] : moves) {
    placement.transfers.push_back({pair.first, pair.second, slots});
  }
  placement.ranges_before = CountRanges(before);
  placement.ranges = CountRanges(after);
  return placement;
}

SlotPlacement PlaceSlots(const std::vector<SlotSet>& current, const std::vector<int>& counts,
                         const MoveRates& rates) {
  std::vector<int> surplus;
  std::vector<int> need;
  int unassigned = kSlotCount;
  for (size_t i = 0; i < current.size(); ++i) {
    const int count = current[i].size();
    unassigned -= count;
    surplus.push_back(std::max(0, count - counts[i]));
    need.push_back(std::max(0, counts[i] - count));
  }
  const std::vector<int> before = OwnerOfEachSlot(current);
  std::vector<int> after = before;
  for (const Run& run : ChooseMap(LineOf(before), surplus, need, unassigned, rates)) {
    std::fill(after.begin() + run.first, after.begin() + run.end, run.owner);
  }
  return PlacementBetween(before, after);
}

}  // namespace redisop
