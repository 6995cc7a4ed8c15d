#include "bench/rebalance/redis_cli_rebalance.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace redisop::bench {
namespace {

bool IsOver(int owned, int expected, double threshold_percent) {
  return owned > 0 ? std::fabs(100 - 100.0 * expected / owned) > threshold_percent : expected > 1;
}

// Slots each node has to lose (above 0) or to gain (below).
std::vector<int> Balances(const std::vector<SlotSet>& slots, int expected) {
  std::vector<int> balances;
  for (const SlotSet& owned : slots) {
    balances.push_back(owned.size() - expected);
  }
  int left = std::accumulate(balances.begin(), balances.end(), 0);
  while (left > 0) {  // what rounding left over goes to those that have nothing to lose
    for (int& balance : balances) {
      if (balance <= 0 && left > 0) {
        --balance;
        --left;
      }
    }
  }
  return balances;
}

}  // namespace

std::vector<CliMove> RedisCliMoves(const std::vector<SlotSet>& slots, double threshold_percent) {
  const int expected = kSlotCount / static_cast<int>(slots.size());
  if (std::none_of(slots.begin(), slots.end(), [&](const SlotSet& owned) {
        return IsOver(owned.size(), expected, threshold_percent);
      })) {
    return {};
  }
  std::vector<int> balances = Balances(slots, expected);
  std::vector<size_t> order(slots.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return balances[a] < balances[b]; });
  std::vector<CliMove> moves;
  size_t taker = 0;
  size_t giver = order.size() - 1;
  while (taker < giver) {
    int& need = balances[order[taker]];
    int& surplus = balances[order[giver]];
    const int count = std::min(std::abs(need), std::abs(surplus));
    if (count > 0) {
      moves.push_back({static_cast<int>(order[giver]), static_cast<int>(order[taker]), count});
    }
    need += count;
    surplus -= count;
    taker += need == 0 ? 1 : 0;
    giver -= surplus == 0 ? 1 : 0;
  }
  return moves;
}

std::vector<SlotSet> AfterMoves(std::vector<SlotSet> slots, const std::vector<CliMove>& moves) {
  for (const CliMove& move : moves) {
    SlotSet& source = slots[static_cast<size_t>(move.source)];
    const std::vector<int> owned = source.Slots();
    for (int i = 0; i < move.count; ++i) {
      source.Remove(owned[static_cast<size_t>(i)]);
      slots[static_cast<size_t>(move.target)].Add(owned[static_cast<size_t>(i)]);
    }
  }
  return slots;
}

}  // namespace redisop::bench
