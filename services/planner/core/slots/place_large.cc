#include "services/planner/core/slots/place_large.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace redisop {
namespace {

// The slots for which `counts` is true, by load and then by number.
template <typename Counts>
std::vector<size_t> LargestFirst(const LoadState& state, const Counts& counts) {
  std::vector<size_t> slots;
  for (size_t slot = 0; slot < state.slots(); ++slot) {
    if (counts(slot)) {
      slots.push_back(slot);
    }
  }
  std::stable_sort(slots.begin(), slots.end(),
                   [&state](size_t a, size_t b) { return state.LoadOf(a) > state.LoadOf(b); });
  return slots;
}

// Takers exchange what they got from others: a slot is still moved once, only to somebody else.
class Exchange {
 public:
  explicit Exchange(LoadState& state) : state_(state), got_(state.nodes()) {
    for (size_t slot = 0; slot < state.slots(); ++slot) {
      if (state.WasMoved(slot)) {
        got_[static_cast<size_t>(state.OwnerOf(slot))].emplace(state.LoadOf(slot), slot);
      }
    }
    for (size_t node = 0; node < state.nodes(); ++node) {
      if (state.Takes(node)) {
        takers_.push_back(node);
      }
    }
  }

  // Each exchange makes the sum of squares of all excesses smaller, so there is an end; the limit
  // is for an end in time.
  void Run() {
    for (size_t left = 4 * state_.slots(); left > 0 && Once(); --left) {
    }
  }

 private:
  using Slots = std::set<std::pair<int64_t, size_t>>;  // by load

  bool Once() {
    std::stable_sort(takers_.begin(), takers_.end(), [this](size_t a, size_t b) {
      return state_.ExcessOf(a) < state_.ExcessOf(b);
    });
    const size_t emptiest = takers_.front();
    for (auto full = takers_.rbegin(); full != takers_.rend(); ++full) {
      if (state_.ExcessOf(*full) <= 0 ||
          !(state_.IsAboveGoal(*full) || state_.IsBelowGoal(emptiest))) {
        break;
      }
      if (Give(*full, emptiest) || Swap(*full, emptiest)) {
        return true;
      }
    }
    return false;
  }

  // The largest slot by which neither crosses its share; or else the smallest, when the emptiest
  // stays within its goal and below the other.
  bool Give(size_t full, size_t emptiest) {
    Slots& slots = got_[full];
    const int64_t excess = state_.ExcessOf(full);
    const int64_t room = -state_.ExcessOf(emptiest);
    auto chosen = slots.lower_bound({std::min(excess, room) + 1, 0});
    if (chosen != slots.begin()) {
      --chosen;
    } else if (chosen == slots.end() || chosen->first >= excess + room ||
               chosen->first > room + state_.GoalOf(emptiest)) {
      return false;
    }
    const auto slot = *chosen;
    slots.erase(chosen);
    got_[emptiest].insert(slot);
    state_.Move(slot.second, emptiest);
    return true;
  }

  // A slot for a smaller one: of all pairs the one that comes furthest without crossing a share.
  bool Swap(size_t full, size_t emptiest) {
    const int64_t most = std::min(state_.ExcessOf(full), -state_.ExcessOf(emptiest));
    const Slots& smaller = got_[emptiest];
    int64_t best = 0;
    std::pair<Slots::iterator, Slots::iterator> chosen;
    for (auto slot = got_[full].begin(); slot != got_[full].end() && looks_left_ > 0; ++slot) {
      --looks_left_;
      const auto back = smaller.lower_bound({slot->first - most, 0});
      if (back != smaller.end() && slot->first - back->first > best) {
        best = slot->first - back->first;
        chosen = {slot, back};
      }
    }
    if (best == 0) {
      return false;
    }
    auto there = got_[full].extract(chosen.first);
    auto back = got_[emptiest].extract(chosen.second);
    state_.Move(there.value().second, emptiest);
    state_.Move(back.value().second, full);
    got_[emptiest].insert(std::move(there));
    got_[full].insert(std::move(back));
    return true;
  }

  LoadState& state_;
  std::vector<Slots> got_;  // by taker
  std::vector<size_t> takers_;
  // At slots that might be swapped: where loads differ by little, each of many swaps brings little.
  int looks_left_ = 1 << 20;
};

// How much each taker could hold if what it got in small slots went to others.
std::vector<int64_t> RoomsBesideLarge(const LoadState& state) {
  constexpr int64_t kGrainsOfSmall = 4;
  std::vector<int64_t> rooms;
  for (size_t node = 0; node < state.nodes(); ++node) {
    rooms.push_back(state.RoomAtStart(node));
  }
  for (size_t slot = 0; slot < state.slots(); ++slot) {
    if (state.WasMoved(slot) && state.LoadOf(slot) > kGrainsOfSmall * state.grain()) {
      rooms[static_cast<size_t>(state.OwnerOf(slot))] -= state.LoadOf(slot);
    }
  }
  return rooms;
}

// The emptiest of the takers that have room for the load; when it is too large for all of them, the
// one with most room.
size_t TakerOfRest(const LoadState& state, const std::vector<int64_t>& rooms, int64_t load) {
  size_t best = state.nodes();
  const auto measure = [&](size_t node) {
    return rooms[node] < load ? std::pair(true, -rooms[node])
                              : std::pair(false, state.ExcessOf(node));
  };
  for (size_t node = 0; node < state.nodes(); ++node) {
    if (state.Takes(node) && (best == state.nodes() || measure(node) < measure(best))) {
      best = node;
    }
  }
  return best;
}

}  // namespace

void MoveLargeSlots(LoadState& state) {
  LoadAmounts left = state.Amounts();
  const int64_t large = state.LargeSize();
  for (const size_t slot : LargestFirst(state, [&state, large](size_t candidate) {
         return state.MayGo(candidate) && state.LoadOf(candidate) >= large;
       })) {
    const int64_t load = state.LoadOf(slot);
    const auto taker = std::max_element(left.take.begin(), left.take.end());
    const int owner = state.OwnerOf(slot);
    int64_t& to_give = owner < 0 ? left.unassigned : left.give[static_cast<size_t>(owner)];
    if (to_give >= load && *taker >= load) {
      to_give -= load;
      *taker -= load;
      state.Move(slot, static_cast<size_t>(taker - left.take.begin()));
    }
  }
}

void PlaceTheRest(LoadState& state) {
  const std::vector<size_t> rest =
      LargestFirst(state, [&state](size_t slot) { return state.HasToGo(slot); });
  std::vector<int64_t> rooms = RoomsBesideLarge(state);
  for (const size_t slot : rest) {
    const size_t taker = TakerOfRest(state, rooms, state.LoadOf(slot));
    rooms[taker] -= state.LoadOf(slot);
    state.Move(slot, taker);
  }
  if (!rest.empty()) {
    Exchange(state).Run();
  }
}

}  // namespace redisop
