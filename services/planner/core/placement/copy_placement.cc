#include "services/planner/core/placement/copy_placement.h"

#include <algorithm>
#include <set>

#include "services/planner/core/placement/copies_at_once.h"
#include "services/planner/core/placement/copies_in_turn.h"

namespace redisop {
namespace {

// Shards times places of what they share, up to which all are placed at once: a few 10 ms.
constexpr size_t kChoicesMax = 4000;

int Pairs(int copies) { return copies * (copies - 1) / 2; }

// How many places there are of candidates that several shards may use.
size_t SharedPlaces(const CopyProblem& problem) {
  std::set<Place> places;
  for (const CopyCandidate& candidate : problem.candidates) {
    if (!candidate.bound) {
      places.insert(candidate.place);
    }
  }
  return places.size();
}

}  // namespace

CopyPlacement PlaceCopies(const CopyProblem& problem) {
  const size_t shared = SharedPlaces(problem);
  const bool at_once = shared > 0 && problem.demands.size() * shared <= kChoicesMax;
  return at_once ? PlaceCopiesAtOnce(problem) : PlaceCopiesInTurn(problem);
}

CopyPairs PairsOf(const std::vector<Place>& copies) {
  CopyPairs pairs;
  for (auto a = copies.begin(); a != copies.end(); ++a) {
    for (auto b = copies.begin(); b != a; ++b) {
      pairs.zones += a->zone != kUnknownPlace && a->zone == b->zone ? 1 : 0;
      pairs.hosts += a->host != kUnknownPlace && *a == *b ? 1 : 0;
    }
  }
  return pairs;
}

int FewestPairs(int copies, int places) {
  if (places <= 0) {
    return 0;
  }
  const int each = copies / places;
  const int more = copies % places;
  return more * Pairs(each + 1) + (places - more) * Pairs(each);
}

int FewestTogether(const std::vector<int>& nodes, int shards) {
  int together = 0;
  for (const int count : nodes) {
    together += std::max(0, count - shards);
  }
  return together;
}

}  // namespace redisop
