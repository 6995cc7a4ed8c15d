#include "services/planner/core/slots/cut_runs.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "services/planner/core/slots/map_choice.h"

namespace redisop {
namespace {

// The map as a line on which each slot is as long as its load, and who gives and takes how much.
// Lengths are loads without their last bits, so that a whole line fits into an int.
struct LoadLine {
  std::vector<Run> runs;
  std::vector<int> surplus;
  std::vector<int> need;
  int unassigned = 0;
};

// Where a slot lies on the line.
struct Place {
  size_t slot = 0;
  int first = 0;
  int end = 0;
  size_t run = 0;  // of the line after the cuts: the first one that reaches into the slot
};

class Cutter {
 public:
  explicit Cutter(LoadState& state) : state_(state), in_the_way_(state.slots(), false) {
    constexpr int64_t kLineMax = int64_t{1} << 29;
    int64_t total = 0;
    for (size_t slot = 0; slot < state.slots(); ++slot) {
      total += state.LoadOf(slot);
    }
    while ((total >> shift_) > kLineMax) {
      ++shift_;
    }
  }

  // True when another round has something to do: slots were moved, or one that a cut went through
  // is out of the way now.
  bool CutOnce() {
    const LoadLine line = Line();
    if (std::all_of(line.need.begin(), line.need.end(), [](int need) { return need == 0; })) {
      return false;
    }
    const std::vector<Run> cut =
        ChooseMapGreedily(line.runs, line.surplus, line.need, line.unassigned);
    std::vector<Place> whole;
    std::vector<Place> divided;  // slots that a cut goes through
    size_t run = 0;
    int first = 0;
    for (size_t slot = 0; slot < state_.slots(); ++slot) {
      const int end = first + LengthOf(slot);
      while (cut[run].end <= first) {
        ++run;
      }
      if (MayGo(slot) && (cut[run].end < end || cut[run].owner != state_.OwnerOf(slot))) {
        (cut[run].end >= end ? whole : divided).push_back({slot, first, end, run});
      }
      first = end;
    }
    // Whole ones first: what they leave decides whether there is room for one more at the cut.
    bool changed = false;
    for (const std::vector<Place>* places : {&whole, &divided}) {
      for (const Place& place : *places) {
        if (Give(place, cut)) {
          changed = true;
        } else if (!state_.HasToGo(place.slot) && state_.LoadOf(place.slot) > state_.grain()) {
          in_the_way_[place.slot] = true;
          changed = true;
        }
      }
    }
    return changed;
  }

 private:
  int Scaled(int64_t load) const { return static_cast<int>(load >> shift_); }
  // Slots are never shorter than 1: a line without length could not be cut.
  int LengthOf(size_t slot) const { return std::max(1, Scaled(state_.LoadOf(slot))); }
  bool MayGo(size_t slot) const {
    return state_.HasToGo(slot) || (state_.MayGo(slot) && !in_the_way_[slot]);
  }

  LoadLine Line() const {
    LoadLine line;
    // One owner more than there are nodes: of slots that stay whatever their node gives.
    const auto stays = static_cast<int>(state_.nodes());
    line.surplus.resize(state_.nodes() + 1, 0);
    line.need.resize(state_.nodes() + 1, 0);
    int at = 0;
    for (size_t slot = 0; slot < state_.slots(); ++slot) {
      const int length = LengthOf(slot);
      int owner = state_.OwnerOf(slot);
      if (MayGo(slot)) {
        (owner == kUnassigned ? line.unassigned : line.surplus[static_cast<size_t>(owner)]) +=
            length;
      } else if (owner == kLeftOut || state_.Gives(static_cast<size_t>(owner))) {
        owner = stays;
      }
      if (line.runs.empty() || line.runs.back().owner != owner) {
        line.runs.push_back({at, at, owner});
      }
      at += length;
      line.runs.back().end = at;
    }
    const LoadAmounts amounts = state_.Amounts();
    for (size_t node = 0; node < state_.nodes(); ++node) {
      if (!state_.GivesAll(node)) {
        line.surplus[node] = std::min(line.surplus[node], Scaled(amounts.give[node]));
      }
      line.need[node] = Scaled(amounts.take[node]);
    }
    Equalise(line);
    return line;
  }

  // Rounding, and slots that are in the way, make the sides unequal: needs become smaller, or
  // surpluses of those who need not give all.
  void Equalise(LoadLine& line) const {
    const auto sum = [](const std::vector<int>& parts) {
      return std::accumulate(parts.begin(), parts.end(), 0);
    };
    int too_much = sum(line.surplus) + line.unassigned - sum(line.need);
    for (size_t i = 0; i < state_.nodes() && too_much < 0; ++i) {
      const int less = std::min(line.need[i], -too_much);
      line.need[i] -= less;
      too_much += less;
    }
    for (size_t i = 0; i < state_.nodes() && too_much > 0; ++i) {
      const int less = state_.GivesAll(i) ? 0 : std::min(line.surplus[i], too_much);
      line.surplus[i] -= less;
      too_much -= less;
    }
    for (size_t i = 0; i < state_.nodes() && too_much > 0; ++i) {
      if (state_.Takes(i)) {
        line.need[i] += std::exchange(too_much, 0);
      }
    }
  }

  // Gives the slot to the taker with the largest part of it that may take it.
  bool Give(const Place& place, const std::vector<Run>& cut) {
    std::vector<std::pair<int, size_t>> takers;  // by part, the largest first
    for (size_t run = place.run; run < cut.size() && cut[run].first < place.end; ++run) {
      const auto owner = static_cast<size_t>(cut[run].owner);
      if (cut[run].owner >= 0 && owner < state_.nodes() && state_.Takes(owner)) {
        takers.emplace_back(
            std::max(place.first, cut[run].first) - std::min(place.end, cut[run].end), owner);
      }
    }
    std::sort(takers.begin(), takers.end());
    for (const auto& [part, taker] : takers) {
      if (state_.CrossesNoShare(place.slot, taker)) {
        state_.Move(place.slot, taker);
        return true;
      }
    }
    return false;
  }

  LoadState& state_;
  std::vector<bool> in_the_way_;
  int shift_ = 0;
};

}  // namespace

void CutRuns(LoadState& state) {
  // Later rounds save ranges only; in large clusters they take longer than they are worth.
  constexpr size_t kNodesForAllRounds = 100;
  const int rounds = state.nodes() > kNodesForAllRounds ? 2 : 8;
  Cutter cutter(state);
  for (int round = 0; round < rounds && cutter.CutOnce(); ++round) {
  }
}

}  // namespace redisop
