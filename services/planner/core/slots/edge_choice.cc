#include "services/planner/core/slots/edge_choice.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace redisop {
namespace {

constexpr int kOutside = -2;  // the owner beyond both ends of the line

enum class Edge { kLeft, kRight };

// Slots taken from one edge of a run. Better bites compare lower.
struct Bite {
  std::array<int, 5> cost{};  // ranges added, then by taste
  size_t run = 0;
  Edge edge = Edge::kLeft;
  int taker = 0;
  int size = 0;
};

class Search {
 public:
  Search(std::vector<Run> line, std::vector<int> surplus, std::vector<int> need, int unassigned,
         const Taste& taste)
      : line_(std::move(line)),
        surplus_(std::move(surplus)),
        need_(std::move(need)),
        unassigned_(unassigned),
        taste_(taste) {
    for (const int n : need_) {
      missing_ += n;
    }
    for (size_t i = 0; i < need_.size(); ++i) {
      if (need_[i] > 0) {
        takers_.push_back(static_cast<int>(i));
      }
    }
    std::stable_sort(takers_.begin(), takers_.end(),
                     [this](int a, int b) { return NeedOf(a) > NeedOf(b); });
  }

  std::vector<Run> Solve() {
    while (missing_ > 0) {
      Take(BestBite());
    }
    return std::move(line_);
  }

 private:
  int& SurplusOf(int owner) {
    return owner < 0 ? unassigned_ : surplus_[static_cast<size_t>(owner)];
  }
  int& NeedOf(int owner) { return need_[static_cast<size_t>(owner)]; }
  bool Gives(int owner) { return owner != kOutside && SurplusOf(owner) > 0; }
  bool Takes(int owner) { return owner >= 0 && NeedOf(owner) > 0; }
  int OwnerLeftOf(size_t run) const { return run == 0 ? kOutside : line_[run - 1].owner; }
  int OwnerRightOf(size_t run) const {
    return run + 1 == line_.size() ? kOutside : line_[run + 1].owner;
  }

  // The taker of a new run of at most `size` slots: one whose need is exactly that, else by taste.
  int TakerFor(int size) {
    int chosen = -1;
    for (const int taker : takers_) {
      if (NeedOf(taker) == size) {
        return taker;
      }
      if (NeedOf(taker) > 0 &&
          (chosen < 0 || (!taste_.large_takers_first && NeedOf(taker) <= size &&
                          NeedOf(taker) > (NeedOf(chosen) > size ? 0 : NeedOf(chosen))))) {
        chosen = taker;
      }
    }
    return chosen;
  }

  Bite MakeBite(size_t run, Edge edge) {
    const Run& from = line_[run];
    const int near = edge == Edge::kLeft ? OwnerLeftOf(run) : OwnerRightOf(run);
    const int far = edge == Edge::kLeft ? OwnerRightOf(run) : OwnerLeftOf(run);
    const int available = std::min(SurplusOf(from.owner), from.size());
    Bite bite;
    bite.run = run;
    bite.edge = edge;
    bite.taker = Takes(near) ? near : TakerFor(available);
    bite.size = std::min(available, NeedOf(bite.taker));
    const bool whole = bite.size == from.size();
    const bool joins = near == bite.taker;
    const int ranges = (joins ? 0 : 1) - (whole ? 1 : 0) - (whole && far == bite.taker ? 1 : 0);
    const int unfinished =
        (bite.size == SurplusOf(from.owner) ? 0 : 1) + (bite.size == NeedOf(bite.taker) ? 0 : 1);
    const bool meets_giver = bite.size < NeedOf(bite.taker) && Gives(near);
    const int alone = joins || meets_giver || bite.size == NeedOf(bite.taker) ? 0 : 1;
    const int position = taste_.from_the_end ? -from.first : from.first;
    const int third = taste_.large_bites_first ? -bite.size : position;
    bite.cost = taste_.finish_first
                    ? std::array<int, 5>{ranges, unfinished, alone, third, position}
                    : std::array<int, 5>{ranges, alone, unfinished, third, position};
    return bite;
  }

  Bite BestBite() {
    Bite best;
    bool found = false;
    for (size_t run = 0; run < line_.size(); ++run) {
      if (!Gives(line_[run].owner)) {
        continue;
      }
      for (const Edge edge : {taste_.from_the_end ? Edge::kRight : Edge::kLeft,
                              taste_.from_the_end ? Edge::kLeft : Edge::kRight}) {
        const Bite bite = MakeBite(run, edge);
        if (!found || bite.cost < best.cost) {
          best = bite;
          found = true;
        }
      }
    }
    return best;
  }

  void Take(const Bite& bite) {
    Run& from = line_[bite.run];
    SurplusOf(from.owner) -= bite.size;
    NeedOf(bite.taker) -= bite.size;
    missing_ -= bite.size;
    Run taken{from.first, from.end, bite.taker};
    const auto at = line_.begin() + static_cast<std::ptrdiff_t>(bite.run);
    if (bite.size == from.size()) {
      from.owner = bite.taker;
    } else if (bite.edge == Edge::kLeft) {
      taken.end = from.first + bite.size;
      from.first = taken.end;
      line_.insert(at, taken);
    } else {
      taken.first = from.end - bite.size;
      from.end = taken.first;
      line_.insert(at + 1, taken);
    }
    JoinAround(bite.run);
  }

  // Joins neighbours of one owner near `run`.
  void JoinAround(size_t run) {
    for (size_t i = run > 0 ? run - 1 : 0; i + 1 < line_.size() && i <= run + 2;) {
      if (line_[i].owner == line_[i + 1].owner) {
        line_[i].end = line_[i + 1].end;
        line_.erase(line_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      } else {
        ++i;
      }
    }
  }

  std::vector<Run> line_;
  std::vector<int> surplus_;
  std::vector<int> need_;
  int unassigned_;
  const Taste taste_;
  std::vector<int> takers_;  // largest need first
  int missing_ = 0;
};

}  // namespace

std::vector<Run> ChooseEdges(std::vector<Run> line, std::vector<int> surplus, std::vector<int> need,
                             int unassigned, const Taste& taste) {
  return Search(std::move(line), std::move(surplus), std::move(need), unassigned, taste).Solve();
}

}  // namespace redisop
