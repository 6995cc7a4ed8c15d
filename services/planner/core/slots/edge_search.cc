#include "services/planner/core/slots/edge_search.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace redisop {
namespace {

constexpr int kOutside = -2;  // the owner beyond both ends of the line

// A map on the way.
struct State {
  std::vector<Run> line;
  std::vector<int> surplus;
  std::vector<int> need;
  int unassigned = 0;

  int SurplusOf(int owner) const {
    return owner < 0 ? unassigned : surplus[static_cast<size_t>(owner)];
  }
  int NeedOf(int taker) const { return need[static_cast<size_t>(taker)]; }

  // Givers and takers that are not finished: each costs at least one more bite.
  int Unfinished() const {
    const auto above_zero = [](int left) { return left > 0; };
    return static_cast<int>(std::count_if(surplus.begin(), surplus.end(), above_zero) +
                            std::count_if(need.begin(), need.end(), above_zero)) +
           (unassigned > 0 ? 1 : 0);
  }

  // Takers worth trying. Of those that own nothing yet and need the same, the first stands for all.
  std::vector<int> Takers() const {
    std::vector<bool> owns(need.size());
    for (const Run& run : line) {
      if (run.owner >= 0) {
        owns[static_cast<size_t>(run.owner)] = true;
      }
    }
    std::vector<int> takers;
    std::set<int> needs_of_new;
    for (size_t i = 0; i < need.size(); ++i) {
      if (need[i] > 0 && (owns[i] || needs_of_new.insert(need[i]).second)) {
        takers.push_back(static_cast<int>(i));
      }
    }
    return takers;
  }
};

// One way to go on from a state. Better ones compare lower.
struct Bite {
  int cost = 0;
  int size = 0;
  size_t state = 0;
  size_t run = 0;
  bool from_the_end = false;
  int taker = 0;

  friend bool operator<(const Bite& a, const Bite& b) {
    return std::tuple(a.cost, -a.size, a.state, a.run, a.from_the_end, a.taker) <
           std::tuple(b.cost, -b.size, b.state, b.run, b.from_the_end, b.taker);
  }
};

void AddBites(const State& state, size_t number, std::vector<Bite>& bites) {
  const std::vector<int> takers = state.Takers();
  const int unfinished = state.Unfinished();
  const size_t runs = state.line.size();
  for (size_t i = 0; i < runs; ++i) {
    const Run& run = state.line[i];
    const int surplus = state.SurplusOf(run.owner);
    const int available = std::min(surplus, run.size());
    if (available <= 0) {
      continue;
    }
    const int left = i == 0 ? kOutside : state.line[i - 1].owner;
    const int right = i + 1 == runs ? kOutside : state.line[i + 1].owner;
    for (const int taker : takers) {
      const int size = std::min(available, state.NeedOf(taker));
      const bool whole = size == run.size();
      const int finished = (size == surplus ? 1 : 0) + (size == state.NeedOf(taker) ? 1 : 0);
      for (const bool from_the_end : {false, true}) {
        if (whole && from_the_end) {
          continue;  // the same as from the beginning
        }
        const int near = from_the_end ? right : left;
        const int far = from_the_end ? left : right;
        const int ranges =
            (near == taker ? 0 : 1) - (whole ? 1 : 0) - (whole && far == taker ? 1 : 0);
        // A range and an unfinished node weigh about the same: each of both is one more border.
        const int cost = 2 * (static_cast<int>(runs) + ranges) + unfinished - finished;
        bites.push_back({cost, size, number, i, from_the_end, taker});
      }
    }
  }
}

State After(State state, const Bite& bite) {
  const Run from = state.line[bite.run];
  (from.owner < 0 ? state.unassigned : state.surplus[static_cast<size_t>(from.owner)]) -= bite.size;
  state.need[static_cast<size_t>(bite.taker)] -= bite.size;
  const int cut = bite.from_the_end ? from.end - bite.size : from.first + bite.size;
  std::vector<Run> line;
  line.reserve(state.line.size() + 1);
  const auto append = [&line](const Run& run) {
    if (run.size() == 0) {
      return;
    }
    if (!line.empty() && line.back().owner == run.owner) {
      line.back().end = run.end;
    } else {
      line.push_back(run);
    }
  };
  for (size_t i = 0; i < state.line.size(); ++i) {
    if (i != bite.run) {
      append(state.line[i]);
      continue;
    }
    append({from.first, cut, bite.from_the_end ? from.owner : bite.taker});
    append({cut, from.end, bite.from_the_end ? bite.taker : from.owner});
  }
  state.line = std::move(line);
  return state;
}

// What makes two states the same: runs as numbers.
std::vector<int> KeyOf(const std::vector<Run>& line) {
  std::vector<int> key;
  key.reserve(2 * line.size());
  for (const Run& run : line) {
    key.push_back(run.end);
    key.push_back(run.owner);
  }
  return key;
}

std::vector<State> Next(const std::vector<State>& beam, std::vector<Bite> bites, size_t width) {
  // States that several bites lead to are dropped; so a few bites more than `width` are looked at.
  const size_t looked_at = std::min(bites.size(), 4 * width);
  std::partial_sort(bites.begin(), bites.begin() + static_cast<std::ptrdiff_t>(looked_at),
                    bites.end());
  std::vector<State> next;
  std::set<std::vector<int>> seen;
  for (size_t i = 0; i < looked_at && next.size() < width; ++i) {
    State state = After(beam[bites[i].state], bites[i]);
    if (seen.insert(KeyOf(state.line)).second) {
      next.push_back(std::move(state));
    }
  }
  return next;
}

}  // namespace

int BeamWidthFor(const std::vector<Run>& line, const std::vector<int>& surplus,
                 const std::vector<int>& need) {
  constexpr int64_t kBitesMax = 100000;
  constexpr int64_t kWidthMax = 256;
  constexpr int64_t kWidthMin = 8;
  const auto above_zero = [](int left) { return left > 0; };
  const int64_t givers = std::count_if(surplus.begin(), surplus.end(), above_zero) + 1;
  const int64_t takers = std::count_if(need.begin(), need.end(), above_zero);
  const int64_t runs = static_cast<int64_t>(line.size()) + takers;
  const int64_t bites_of_one = 2 * runs * takers * (givers + takers);
  const int64_t width = std::min(kWidthMax, kBitesMax / std::max(int64_t{1}, bites_of_one));
  return width < kWidthMin ? 0 : static_cast<int>(width);
}

std::vector<std::vector<Run>> SearchEdges(const std::vector<Run>& line,
                                          const std::vector<int>& surplus,
                                          const std::vector<int>& need, int unassigned, int width) {
  std::vector<std::vector<Run>> best;
  std::vector<State> beam = {{line, surplus, need, unassigned}};
  // Each bite finishes a giver, a taker or a run, so the number of rounds is limited by theirs.
  while (!beam.empty()) {
    std::vector<Bite> bites;
    for (size_t i = 0; i < beam.size(); ++i) {
      const size_t before = bites.size();
      AddBites(beam[i], i, bites);
      if (bites.size() > before) {
        continue;
      }
      if (!best.empty() && beam[i].line.size() < best.front().size()) {
        best.clear();
      }
      if (best.empty() || (beam[i].line.size() == best.front().size() &&
                           best.size() < static_cast<size_t>(width))) {
        best.push_back(beam[i].line);
      }
    }
    beam = Next(beam, std::move(bites), static_cast<size_t>(width));
  }
  return best;
}

}  // namespace redisop
