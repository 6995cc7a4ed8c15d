#include "services/planner/core/slots/load_state.h"

#include <algorithm>
#include <numeric>

namespace redisop {
namespace {

// What one side gives or takes: each node at least `least[i]`, and beyond that those with the most
// `room[i]` first, so that what is left of them comes to one level. Adds up to `total`. Requires: 0
// <= least[i] <= room[i]; 0 <= total <= sum(room).
std::vector<int64_t> FromTheTop(const std::vector<int64_t>& least, const std::vector<int64_t>& room,
                                int64_t total) {
  const auto at_level = [&](size_t i, int64_t level) {
    return std::max(least[i], room[i] - level);
  };
  const auto sum_at = [&](int64_t level) {
    int64_t sum = 0;
    for (size_t i = 0; i < room.size(); ++i) {
      sum += at_level(i, level);
    }
    return sum;
  };
  int64_t high = room.empty() ? 0 : *std::max_element(room.begin(), room.end());
  int64_t low = 0;
  while (low < high) {  // the lowest level whose sum is not above the total
    const int64_t level = low + (high - low) / 2;
    if (sum_at(level) <= total) {
      high = level;
    } else {
      low = level + 1;
    }
  }
  std::vector<int64_t> amounts;
  int64_t rest = total - sum_at(low);
  for (size_t i = 0; i < room.size(); ++i) {
    const bool more = rest > 0 && low > 0 && at_level(i, low - 1) > at_level(i, low);
    amounts.push_back(at_level(i, low) + (more ? 1 : 0));
    rest -= more ? 1 : 0;
  }
  for (size_t i = amounts.size(); i-- > 0 && rest < 0;) {  // less than the least: the last go short
    const int64_t less = std::min(amounts[i], -rest);
    amounts[i] -= less;
    rest += less;
  }
  return amounts;
}

}  // namespace

LoadState::LoadState(const SlotLoads& loads, const LoadShares& shares,
                     const std::vector<bool>& fixed)
    : loads_(loads), shares_(shares), owner_(loads.owner), stays_(fixed) {
  for (size_t node = 0; node < nodes(); ++node) {
    excess_.push_back(shares.Excess(node));
    gives_.push_back(excess_[node] > 0);
    takes_.push_back(excess_[node] < 0);
  }
  for (const int slot : shares.hot) {
    stays_[static_cast<size_t>(slot)] = true;
  }
}

int64_t LoadState::LargeSize() const {
  constexpr int64_t kPart = 16;
  int64_t total = 0;
  int64_t keepers = 0;
  for (size_t node = 0; node < nodes(); ++node) {
    total += shares_.nodes[node].share;
    keepers += GivesAll(node) ? 0 : 1;
  }
  return std::max(shares_.grain, total / keepers / kPart) + 1;
}

bool LoadState::HasToGo(size_t slot) const {
  const int owner = owner_[slot];
  return owner == kUnassigned || (owner >= 0 && GivesAll(static_cast<size_t>(owner)));
}

bool LoadState::MayGo(size_t slot) const {
  const int owner = owner_[slot];
  return HasToGo(slot) || (owner >= 0 && Gives(static_cast<size_t>(owner)) && !stays_[slot]);
}

bool LoadState::CrossesNoShare(size_t slot, size_t taker) const {
  const int64_t load = LoadOf(slot);
  return load <= -excess_[taker] &&
         (HasToGo(slot) || load <= excess_[static_cast<size_t>(owner_[slot])]);
}

void LoadState::Move(size_t slot, size_t taker) {
  if (owner_[slot] >= 0) {
    excess_[static_cast<size_t>(owner_[slot])] -= LoadOf(slot);
  }
  excess_[taker] += LoadOf(slot);
  owner_[slot] = static_cast<int>(taker);
}

LoadAmounts LoadState::Amounts() const {
  LoadAmounts amounts;
  for (size_t slot = 0; slot < slots(); ++slot) {
    amounts.unassigned += owner_[slot] == kUnassigned ? LoadOf(slot) : 0;
  }
  std::vector<int64_t> least_given;
  std::vector<int64_t> room_to_give;
  std::vector<int64_t> least_taken;
  std::vector<int64_t> room_to_take;
  for (size_t node = 0; node < nodes(); ++node) {
    const int64_t above = Gives(node) ? std::max(int64_t{0}, excess_[node]) : 0;
    const int64_t below = Takes(node) ? std::max(int64_t{0}, -excess_[node]) : 0;
    room_to_give.push_back(above);
    least_given.push_back(GivesAll(node) ? above : std::max(int64_t{0}, above - GoalOf(node)));
    room_to_take.push_back(below);
    least_taken.push_back(std::max(int64_t{0}, below - GoalOf(node)));
  }
  const auto sum = [](const std::vector<int64_t>& parts) {
    return std::accumulate(parts.begin(), parts.end(), int64_t{0});
  };
  const int64_t needed = std::max(sum(least_given) + amounts.unassigned, sum(least_taken));
  amounts.total = std::min({needed, sum(room_to_give) + amounts.unassigned, sum(room_to_take)});
  amounts.give = FromTheTop(least_given, room_to_give, amounts.total - amounts.unassigned);
  amounts.take = FromTheTop(least_taken, room_to_take, amounts.total);
  return amounts;
}

}  // namespace redisop
