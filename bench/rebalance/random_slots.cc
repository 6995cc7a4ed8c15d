#include "bench/rebalance/random_slots.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/rebalance/redis_cli_rebalance.h"

namespace redisop::bench {
namespace {

int Between(int low, int high, std::mt19937_64& random) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

// Cuts the line of slots at random places into `ranges` ranges.
std::vector<SlotRange> RandomRanges(int ranges, std::mt19937_64& random) {
  std::set<int> cuts = {0, kSlotCount};
  while (static_cast<int>(cuts.size()) < ranges + 1) {
    cuts.insert(Between(1, kSlotCount - 1, random));
  }
  std::vector<SlotRange> parts;
  for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
    parts.push_back({*cut, *std::next(cut)});
  }
  return parts;
}

// Few to many ranges, dealt to the owners; some get more of them than others.
std::vector<SlotSet> Scattered(int owners, std::mt19937_64& random) {
  std::vector<double> weights;
  for (int i = 0; i < owners; ++i) {
    weights.push_back(std::uniform_real_distribution<double>(0.2, 1)(random));
  }
  std::discrete_distribution<int> owner(weights.begin(), weights.end());
  const double most = std::log(2000.0);
  const double least = std::log(static_cast<double>(owners));
  const int ranges =
      static_cast<int>(std::exp(std::uniform_real_distribution<double>(least, most)(random)));
  std::vector<SlotSet> slots(static_cast<size_t>(owners));
  for (const SlotRange& range : RandomRanges(std::max(owners, ranges), random)) {
    slots[static_cast<size_t>(owner(random))].Add(range);
  }
  return slots;
}

std::vector<SlotSet> OneRangeEach(int owners, std::mt19937_64& random) {
  std::vector<SlotSet> slots;
  for (const SlotRange& range : RandomRanges(owners, random)) {
    slots.emplace_back(range);
  }
  std::shuffle(slots.begin(), slots.end(), random);
  return slots;
}

// A cluster that grew to `owners` primaries in a few rebalances by redis-cli.
std::vector<SlotSet> Grown(int owners, std::mt19937_64& random) {
  std::vector<SlotSet> slots = {SlotSet::All()};
  while (static_cast<int>(slots.size()) < owners) {
    const int more = Between(1, owners - static_cast<int>(slots.size()), random);
    slots.resize(slots.size() + static_cast<size_t>(more));
    slots = AfterMoves(slots, RedisCliMoves(slots, 2));
  }
  return slots;
}

}  // namespace

std::vector<SlotSet> RandomSlots(int nodes, std::mt19937_64& random) {
  const int owners = nodes - Between(0, nodes / 2, random);
  const int kind = Between(0, 2, random);
  std::vector<SlotSet> slots = kind == 0   ? OneRangeEach(owners, random)
                               : kind == 1 ? Scattered(owners, random)
                                           : Grown(owners, random);
  slots.resize(static_cast<size_t>(nodes));
  std::shuffle(slots.begin(), slots.end(), random);
  return slots;
}

}  // namespace redisop::bench
