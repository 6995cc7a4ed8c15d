#include "services/planner/core/slots/move_singly.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace redisop {
namespace {

class SingleMoves {
 public:
  explicit SingleMoves(LoadState& state) : state_(state), movable_(state.nodes()) {
    for (size_t slot = 0; slot < state.slots(); ++slot) {
      if (state.MayGo(slot) && !state.HasToGo(slot)) {
        movable_[static_cast<size_t>(state.OwnerOf(slot))].emplace(state.LoadOf(slot), slot);
      }
    }
    for (size_t node = 0; node < state.nodes(); ++node) {
      if (!movable_[node].empty()) {
        givers_.push_back(node);
      }
      if (state.Takes(node)) {
        takers_.push_back(node);
      }
    }
  }

  void Run() {
    while (MoveWithoutCrossing()) {
    }
    while (MoveFromAbove() || MoveToBelow()) {
    }
    while (MoveLarge()) {
    }
  }

 private:
  // By load, then by slot.
  using Slots = std::set<std::pair<int64_t, size_t>>;

  // The taker for which `room` is largest; nullopt when it is for none above 0.
  template <typename Room>
  std::optional<size_t> TakerWithMost(const Room& room) const {
    std::optional<size_t> best;
    int64_t most = 0;
    for (const size_t taker : takers_) {
      if (room(taker) > most) {
        best = taker;
        most = room(taker);
      }
    }
    return best;
  }
  std::optional<size_t> EmptiestTaker() const {
    return TakerWithMost([this](size_t taker) { return -state_.ExcessOf(taker); });
  }
  std::optional<size_t> EmptiestTakerBelowGoal() const {
    return TakerWithMost(
        [this](size_t taker) { return state_.IsBelowGoal(taker) ? -state_.ExcessOf(taker) : 0; });
  }

  // What the giver should lose or the taker should get to be within its goal.
  int64_t Wanted(size_t giver, size_t taker) const {
    return std::max(state_.ExcessOf(giver) - state_.GoalOf(giver),
                    -state_.ExcessOf(taker) - state_.GoalOf(taker));
  }

  // Moves the largest slot of at most `limit` that is not more than wanted; if all are more, the
  // smallest.
  bool Move(size_t giver, size_t taker, int64_t limit) {
    Slots& slots = movable_[giver];
    auto chosen = slots.upper_bound(
        {std::min(limit, Wanted(giver, taker)), std::numeric_limits<size_t>::max()});
    if (chosen != slots.begin()) {
      --chosen;
      chosen = slots.lower_bound({chosen->first, 0});  // of several of this size the first
    } else if (chosen == slots.end() || chosen->first > limit) {
      return false;
    }
    const size_t slot = chosen->second;
    slots.erase(chosen);
    state_.Move(slot, taker);
    return true;
  }

  // Those furthest above their goal first.
  std::vector<size_t> GiversByExcess() const {
    std::vector<size_t> givers = givers_;
    std::stable_sort(givers.begin(), givers.end(), [this](size_t a, size_t b) {
      return state_.ExcessOf(a) - state_.GoalOf(a) > state_.ExcessOf(b) - state_.GoalOf(b);
    });
    return givers;
  }

  bool MoveWithoutCrossing() {
    const std::optional<size_t> emptiest = EmptiestTaker();
    const std::optional<size_t> below = EmptiestTakerBelowGoal();
    for (const size_t giver : GiversByExcess()) {
      const std::optional<size_t> taker = state_.IsAboveGoal(giver) ? emptiest : below;
      if (taker.has_value() &&
          Move(giver, *taker, std::min(state_.ExcessOf(giver), -state_.ExcessOf(*taker)))) {
        return true;
      }
    }
    return false;
  }

  bool HasSmall(size_t giver) const {
    return !movable_[giver].empty() && movable_[giver].begin()->first <= state_.grain();
  }

  // The giver with small slots for which `measure` is largest.
  template <typename Measure>
  std::optional<size_t> GiverOfSmall(const Measure& measure) const {
    std::optional<size_t> best;
    int64_t most = 0;
    for (const size_t giver : givers_) {
      if (HasSmall(giver) && measure(giver) > most) {
        best = giver;
        most = measure(giver);
      }
    }
    return best;
  }

  // The emptiest taker gets it: so no taker rises above its share while another is below its goal.
  bool MoveFromAbove() {
    const std::optional<size_t> giver =
        GiverOfSmall([this](size_t node) { return state_.ExcessOf(node) - state_.GoalOf(node); });
    const std::optional<size_t> taker = EmptiestTaker();
    return giver.has_value() && taker.has_value() && Move(*giver, *taker, state_.grain());
  }

  bool MoveToBelow() {
    const std::optional<size_t> giver =
        GiverOfSmall([this](size_t node) { return state_.ExcessOf(node); });
    const std::optional<size_t> taker = EmptiestTakerBelowGoal();
    return giver.has_value() && taker.has_value() && Move(*giver, *taker, state_.grain());
  }

  bool MoveLarge() {
    const auto below = std::count_if(takers_.begin(), takers_.end(),
                                     [this](size_t node) { return state_.IsBelowGoal(node); });
    const std::optional<size_t> taker = EmptiestTakerBelowGoal();
    if (!taker.has_value()) {
      return false;
    }
    for (const size_t giver : GiversByExcess()) {
      if (!state_.IsAboveGoal(giver)) {
        break;
      }
      const int64_t room = -state_.ExcessOf(*taker) + (below == 1 ? state_.GoalOf(*taker) : 0);
      if (Move(giver, *taker, std::min(room, state_.ExcessOf(giver) + state_.grain()))) {
        return true;
      }
    }
    return false;
  }

  LoadState& state_;
  std::vector<Slots> movable_;  // by giver
  std::vector<size_t> givers_;
  std::vector<size_t> takers_;
};

}  // namespace

void MoveSingly(LoadState& state) { SingleMoves(state).Run(); }

}  // namespace redisop
