#include "services/planner/core/placement/copies_in_turn.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "services/planner/core/placement/copies_at_once.h"
#include "services/planner/core/placement/copies_of_one.h"
#include "services/planner/core/placement/copy_cost.h"

namespace redisop {
namespace {

class Turns {
 public:
  explicit Turns(const CopyProblem& problem)
      : problem_(problem), at_home_(problem.demands.size()), turn_(problem), cost_(turn_) {
    turn_.candidates.clear();
    for (size_t c = 0; c < problem.candidates.size(); ++c) {
      const CopyCandidate& candidate = problem.candidates[c];
      if (candidate.home == CopyCandidate::kNobody) {
        spares_.push_back(c);
      } else {
        at_home_[static_cast<size_t>(candidate.home)].push_back(c);
      }
      Fill(candidate.home == CopyCandidate::kNobody ? Place() : candidate.place, 1);
    }
    for (const CopyDemand& demand : problem.demands) {
      FillFixed(demand, 1);
    }
    SortSpares();
  }

  CopyPlacement Run() {
    CopyPlacement placement;
    for (size_t s = 0; s < problem_.demands.size(); ++s) {
      placement.shards.push_back(Take(s));
    }
    return placement;
  }

 private:
  void Fill(const Place& place, int copies) {
    if (place.zone != kUnknownPlace) {
      turn_.copies_in_zone.resize(
          std::max(turn_.copies_in_zone.size(), static_cast<size_t>(place.zone) + 1));
      turn_.copies_in_zone[static_cast<size_t>(place.zone)] += copies;
    }
  }

  void FillFixed(const CopyDemand& demand, int copies) {
    for (const Place& place : demand.fixed) {
      Fill(place, copies);
    }
  }

  // The last one of each host at the end, before it the last but one, and so on: as long as they
  // are taken from the front, the next one is on a host with most that are left.
  void SortSpares() {
    std::map<Place, int> left;
    std::map<size_t, int> rank;
    for (auto c = spares_.rbegin(); c != spares_.rend(); ++c) {
      rank[*c] = ++left[problem_.candidates[*c].place];
    }
    std::stable_sort(spares_.begin(), spares_.end(),
                     [&](size_t a, size_t b) { return rank.at(a) > rank.at(b); });
  }

  // The spares that matter to a shard with so many copies in the end: of a host no more than that,
  // and of a zone no more hosts than have none of its copies and could get one.
  std::vector<size_t> OfferTo(size_t copies) const {
    using Standing = CopyCandidate::Standing;
    std::map<std::pair<Standing, Place>, size_t> at_place;
    std::map<std::pair<Standing, int>, size_t> hosts;
    std::vector<size_t> offer;
    for (const size_t c : spares_) {
      const CopyCandidate& spare = problem_.candidates[c];
      size_t& in_zone = hosts[{spare.standing, spare.place.zone}];
      const auto here = at_place.find({spare.standing, spare.place});
      const size_t there = here == at_place.end() ? 0 : here->second;
      if (there == copies || (there == 0 && in_zone == 2 * copies)) {
        continue;
      }
      in_zone += there == 0 ? 1 : 0;
      ++at_place[{spare.standing, spare.place}];
      offer.push_back(c);
    }
    return offer;
  }

  // What fills the gaps is there already, and nothing else is ready.
  bool IsFilled(size_t s) const {
    return problem_.aim == CopyProblem::Aim::kFill && !problem_.hosts_required &&
           !problem_.zones_required && spares_.empty() &&
           at_home_[s].size() == static_cast<size_t>(problem_.demands[s].wanted);
  }

  CopyPlacement::OfShard PlaceTurn() const {
    if (std::optional<CopyPlacement::OfShard> placed = PlaceCopiesOfOne(turn_, cost_)) {
      return *std::move(placed);
    }
    return std::move(PlaceCopiesAtOnce(turn_).shards.front());
  }

  CopyPlacement::OfShard Take(size_t s) {
    if (IsFilled(s)) {
      return {.candidates = at_home_[s], .new_pods = {}, .lacking = 0};
    }
    const CopyDemand& demand = problem_.demands[s];
    turn_.demands = {demand};
    turn_.candidates.clear();
    std::vector<size_t> numbers = at_home_[s];
    for (const size_t c : numbers) {
      turn_.candidates.push_back(problem_.candidates[c]);
      turn_.candidates.back().home = 0;
      turn_.candidates.back().bound = true;
      Fill(problem_.candidates[c].place, -1);
    }
    const auto copies = demand.fixed.size() + static_cast<size_t>(demand.wanted);
    const std::vector<size_t> offer = demand.gives_only ? std::vector<size_t>() : OfferTo(copies);
    for (size_t k = 0; k < offer.size(); ++k) {
      numbers.push_back(offer[k]);
      turn_.candidates.push_back(problem_.candidates[offer[k]]);
      turn_.candidates.back().order += static_cast<int>(k) - static_cast<int>(offer.size());
    }
    FillFixed(demand, -1);
    CopyPlacement::OfShard taken = PlaceTurn();
    FillFixed(demand, 1);
    for (size_t& c : taken.candidates) {
      c = numbers[c];
      Fill(problem_.candidates[c].place, 1);
      std::erase(spares_, c);
    }
    for (const int zone : taken.new_pods) {
      Fill({.zone = zone, .host = kUnknownPlace}, 1);
    }
    return taken;
  }

  const CopyProblem& problem_;
  std::vector<std::vector<size_t>> at_home_;  // by shard: candidates
  std::vector<size_t> spares_;                // that nobody has taken yet
  CopyProblem turn_;                          // of the shard whose turn it is
  CopyCost cost_;                             // of the same
};

}  // namespace

CopyPlacement PlaceCopiesInTurn(const CopyProblem& problem) { return Turns(problem).Run(); }

}  // namespace redisop
