#include "services/planner/core/slots/edge_choice.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/planner/core/slots/takers.h"

namespace redisop {
namespace {

constexpr int kNone = -1;     // of pieces
constexpr int kOutside = -2;  // the owner beyond both ends of the line

enum class Edge { kLeft, kRight };

// Slots taken from one edge of a piece.
struct Bite {
  Edge edge = Edge::kLeft;
  int taker = 0;
  int size = 0;
};

// What is worth most, and then the place in the line. Lower is better.
using Cost = std::pair<uint64_t, int>;
constexpr Cost kNever = {~uint64_t{0}, 0};

// A run in the line, with its neighbours. Pieces keep their numbers while the line changes.
struct Piece {
  Run run;
  int left = kNone;
  int right = kNone;
  bool joined = false;  // into a neighbour, and no longer in the line
};

// Who would get a new run of some size. Pieces of one size ask for the same.
struct Answer {
  int taker = kNone;
  int size = 0;  // what the taker would take of it
  bool finishes = false;
  bool changed = false;  // a moment ago
  bool asked = false;    // by some piece, if it changed
};

// The best bite of every piece is kept, with its cost, and looked for anew only when something
// changed that it depends on: lines have thousands of pieces, and a bite concerns a few of them.
class Search {
 public:
  Search(const std::vector<Run>& line, std::vector<int> surplus, std::vector<int> need,
         int unassigned, const Taste& taste)
      : surplus_(std::move(surplus)),
        unassigned_(unassigned),
        taste_(taste),
        pieces_of_(need.size() + 1),
        takers_(std::move(need)) {
    for (const Run& run : line) {
      AddPiece(run, static_cast<int>(pieces_.size()) - 1, kNone);
    }
    for (size_t i = 0; i < pieces_.size(); ++i) {
      Refresh(static_cast<int>(i));
    }
  }

  std::vector<Run> Solve() {
    while (takers_.missing() > 0) {
      Take(Cheapest());
    }
    std::vector<Run> line;
    for (const Piece& piece : pieces_) {
      if (!piece.joined) {
        line.push_back(piece.run);
      }
    }
    std::sort(line.begin(), line.end(),
              [](const Run& a, const Run& b) { return a.first < b.first; });
    return line;
  }

 private:
  int& SurplusOf(int owner) {
    return owner < 0 ? unassigned_ : surplus_[static_cast<size_t>(owner)];
  }
  bool Gives(int owner) { return owner != kOutside && SurplusOf(owner) > 0; }
  bool Takes(int owner) { return owner >= 0 && takers_.NeedOf(owner) > 0; }
  Piece& At(int piece) { return pieces_[static_cast<size_t>(piece)]; }
  int OwnerOf(int piece) { return piece == kNone ? kOutside : At(piece).run.owner; }
  std::vector<int>& PiecesOf(int owner) { return pieces_of_[static_cast<size_t>(owner + 1)]; }

  int AddPiece(const Run& run, int left, int right) {
    const int added = static_cast<int>(pieces_.size());
    pieces_.push_back({run, left, right, false});
    bites_.emplace_back();
    costs_.push_back(kNever);
    offers_.push_back(0);
    if (left != kNone) {
      At(left).right = added;
    }
    if (right != kNone) {
      At(right).left = added;
    }
    PiecesOf(run.owner).push_back(added);
    return added;
  }

  int Cheapest() {
    while (costs_[able_ - 1] == kNever) {
      --able_;
    }
    const auto end = costs_.begin() + static_cast<std::ptrdiff_t>(able_);
    return static_cast<int>(std::min_element(costs_.begin(), end) - costs_.begin());
  }

  // The taker of a new run of at most `size` slots.
  Answer FindTakerFor(int size) const {
    const int taker = takers_.FindFor(size, taste_.large_takers_first);
    const int need = takers_.NeedOf(taker);
    return {.taker = taker, .size = std::min(size, need), .finishes = need <= size};
  }

  const Answer& AnswerFor(int size) {
    const auto known = answers_.find(size);
    return known != answers_.end() ? known->second
                                   : answers_.emplace(size, FindTakerFor(size)).first->second;
  }

  // Ranges added (-2 … 1) come first, then what the taste says, then the place. A bite that removes
  // ranges had better be small: then there is left to give for more of them.
  Cost CostOf(int ranges, int unfinished, int alone, int size, int first) const {
    constexpr uint64_t kSizes = uint64_t{1} << 31;
    auto cost = static_cast<uint64_t>(ranges + 2);
    cost = cost * 3 + static_cast<uint64_t>(taste_.finish_first ? unfinished : alone);
    cost = cost * 3 + static_cast<uint64_t>(taste_.finish_first ? alone : unfinished);
    cost *= kSizes;
    const auto slots = static_cast<uint64_t>(size);
    cost += taste_.large_bites_first ? (ranges < 0 ? slots : kSizes - slots) : 0;
    return {cost, taste_.from_the_end ? -first : first};
  }

  // Looks for the best bite of a piece.
  void Refresh(int piece) {
    if (piece == kNone) {
      return;
    }
    const auto number = static_cast<size_t>(piece);
    const Piece& from = pieces_[number];
    costs_[number] = kNever;
    offers_[number] = 0;
    if (takers_.missing() == 0 || from.joined || !Gives(from.run.owner)) {
      return;
    }
    const int left = OwnerOf(from.left);
    const int right = OwnerOf(from.right);
    able_ = std::max(able_, number + 1);
    if (taste_.from_the_end) {
      Consider(number, Edge::kRight, right, left);
      Consider(number, Edge::kLeft, left, right);
    } else {
      Consider(number, Edge::kLeft, left, right);
      Consider(number, Edge::kRight, right, left);
    }
  }

  void Consider(size_t piece, Edge edge, int near, int far) {
    const Run& from = pieces_[piece].run;
    const int surplus = SurplusOf(from.owner);
    const int offered = std::min(surplus, from.size());
    const bool joins = Takes(near);
    int taker = near;
    if (!joins) {
      offers_[piece] = offered;
      taker = AnswerFor(offered).taker;
    }
    const int need = takers_.NeedOf(taker);
    const int size = std::min(offered, need);
    const bool whole = size == from.size();
    const int ranges = (joins ? 0 : 1) - (whole ? 1 : 0) - (whole && far == taker ? 1 : 0);
    const int unfinished = (size == surplus ? 0 : 1) + (size == need ? 0 : 1);
    const int alone = joins || size == need || Gives(near) ? 0 : 1;
    const Cost cost = CostOf(ranges, unfinished, alone, size, from.first);
    if (cost < costs_[piece]) {
      costs_[piece] = cost;
      bites_[piece] = {edge, taker, size};
    }
  }

  void Take(int piece) {
    const Bite bite = bites_[static_cast<size_t>(piece)];
    const Run from = At(piece).run;
    SurplusOf(from.owner) -= bite.size;
    takers_.Give(bite.taker, bite.size);
    int taken = piece;
    if (bite.size == from.size()) {
      At(piece).run.owner = bite.taker;
      PiecesOf(bite.taker).push_back(piece);
    } else if (bite.edge == Edge::kLeft) {
      const int cut = from.first + bite.size;
      At(piece).run.first = cut;
      taken = AddPiece({from.first, cut, bite.taker}, At(piece).left, piece);
    } else {
      const int cut = from.end - bite.size;
      At(piece).run.end = cut;
      taken = AddPiece({cut, from.end, bite.taker}, piece, At(piece).right);
    }
    taken = JoinAround(taken);
    RefreshAround(taken);
    RefreshConcerned(from.owner, bite.taker);
    AskAgain(bite.taker);
  }

  // Joins a piece with neighbours of the same owner; the one that remains.
  int JoinAround(int piece) {
    if (OwnerOf(At(piece).left) == OwnerOf(piece)) {
      piece = At(piece).left;
      JoinRight(piece);
    }
    if (OwnerOf(At(piece).right) == OwnerOf(piece)) {
      JoinRight(piece);
    }
    return piece;
  }

  void JoinRight(int piece) {
    const int right = At(piece).right;
    At(piece).run.end = At(right).run.end;
    At(piece).right = At(right).right;
    if (At(right).right != kNone) {
      At(At(right).right).left = piece;
    }
    At(right).joined = true;
    Refresh(right);
  }

  void RefreshAround(int piece) {
    Refresh(piece);
    Refresh(At(piece).left);
    Refresh(At(piece).right);
  }

  // Bites from the giver's pieces and next to the taker's: those for which it matters how much is
  // left to give or to take.
  void RefreshConcerned(int giver, int taker) {
    const int surplus = SurplusOf(giver);
    for (const int piece : PiecesStillOf(giver)) {
      if (surplus == 0) {
        RefreshAround(piece);
      } else if (At(piece).run.size() >= surplus) {
        Refresh(piece);
      }
    }
    const int need = takers_.NeedOf(taker);
    for (const int piece : PiecesStillOf(taker)) {
      for (const int next : {At(piece).left, At(piece).right}) {
        if (next != kNone &&
            (need == 0 || std::min(SurplusOf(OwnerOf(next)), At(next).run.size()) >= need)) {
          Refresh(next);
        }
      }
    }
  }

  const std::vector<int>& PiecesStillOf(int owner) {
    std::vector<int>& pieces = PiecesOf(owner);
    std::erase_if(pieces,
                  [&](int piece) { return At(piece).joined || At(piece).run.owner != owner; });
    return pieces;
  }

  // Answers that the taker's new need changes, and the pieces that asked. Of those answers the ones
  // that nobody asks for any more are forgotten: a run that is cut many times offers another size
  // each time.
  void AskAgain(int taker) {
    if (takers_.missing() == 0) {
      return;
    }
    const int need = takers_.NeedOf(taker);
    bool changed = false;
    for (auto& [offered, answer] : answers_) {
      if (answer.taker == taker || offered == need ||
          (!taste_.large_takers_first && need <= offered)) {
        const Answer before = std::exchange(answer, FindTakerFor(offered));
        answer.changed = answer.taker != before.taker || answer.size != before.size ||
                         answer.finishes != before.finishes;
        changed = changed || answer.changed;
      }
    }
    if (!changed) {
      return;
    }
    std::vector<int> asking;
    for (size_t piece = 0; piece < able_; ++piece) {
      if (offers_[piece] == 0) {
        continue;
      }
      if (const auto answer = answers_.find(offers_[piece]);
          answer != answers_.end() && answer->second.changed) {
        asking.push_back(static_cast<int>(piece));
        answer->second.asked = true;
      }
    }
    for (auto answer = answers_.begin(); answer != answers_.end();) {
      const bool forgotten = answer->second.changed && !answer->second.asked;
      answer->second.changed = answer->second.asked = false;
      const auto current = answer++;
      if (forgotten) {
        answers_.erase(current);
      }
    }
    for (const int piece : asking) {
      Refresh(piece);
    }
  }

  std::vector<int> surplus_;
  int unassigned_;
  const Taste taste_;
  absl::flat_hash_map<int, Answer> answers_;  // by the size that is offered
  std::vector<std::vector<int>> pieces_of_;   // by owner + 1; some may have changed hands since
  Takers takers_;

  // By number of the piece.
  std::vector<Piece> pieces_;
  std::vector<Bite> bites_;  // the best one
  std::vector<Cost> costs_;  // of that
  size_t able_ = 0;          // pieces from here on have none, and offer nothing
  std::vector<int> offers_;  // the size for which a taker was looked for; 0: none
};

}  // namespace

std::vector<Run> ChooseEdges(std::vector<Run> line, std::vector<int> surplus, std::vector<int> need,
                             int unassigned, const Taste& taste) {
  return Search(line, std::move(surplus), std::move(need), unassigned, taste).Solve();
}

}  // namespace redisop
