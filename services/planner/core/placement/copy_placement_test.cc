#include "services/planner/core/placement/copy_placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "common/testing/property_run.h"
#include "services/planner/core/placement/copies_of_one.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Ne;
using Standing = CopyCandidate::Standing;

// What an assignment costs, in the order of the header: lacking (of a shard, the k-th counts k),
// unready to fill, host pairs, zone pairs, unready to improve, halves of bytes.
using Cost = std::array<int64_t, 6>;
constexpr Cost kImpossible{int64_t{1} << 60};

size_t UnreadyLevel(const CopyProblem& problem) {
  return problem.aim == CopyProblem::Aim::kFill ? 1 : 4;
}

int64_t HalvesOf(size_t s, const CopyCandidate& candidate) {
  return candidate.home != static_cast<int>(s)     ? 2
         : candidate.standing == Standing::kInSync ? 0
         : candidate.standing == Standing::kBehind ? 1
                                                   : 2;
}

Cost Sum(Cost a, const Cost& b) {
  for (size_t i = 0; i < a.size(); ++i) {
    a[i] += b[i];
  }
  return a;
}

// Copies of one shard: those with a host, and those that will be on some host of their zone.
struct Copies {
  std::vector<Place> placed;      // the fixed ones first
  std::vector<Place> unplaced;    // new pods and nodes without a host
  std::vector<bool> is_copy_now;  // of the unplaced
};

void Add(const Place& place, bool is_copy_now, Copies& copies) {
  if (place.host != kUnknownPlace) {
    copies.placed.push_back(place);
  } else {
    copies.unplaced.push_back(place);
    copies.is_copy_now.push_back(is_copy_now);
  }
}

bool IsCopy(const CopyCandidate& candidate) { return candidate.standing < Standing::kEmpty; }

// How many copies may be at a place under a required rule: one, or as many as are there now.
template <typename Same>
int64_t Limit(const CopyProblem& problem, size_t s, const Same& same) {
  const auto& fixed = problem.demands[s].fixed;
  auto now = std::count_if(fixed.begin(), fixed.end(), same);
  for (const CopyCandidate& c : problem.candidates) {
    now += c.home == static_cast<int>(s) && IsCopy(c) && same(c.place) ? 1 : 0;
  }
  return std::max<int64_t>(1, now);
}

// What copies cost for where they are: lacking, -, host pairs, zone pairs. Who has no host goes to
// the host of the zone with the fewest copies. A required rule drives out no copy that is there,
// but one more than its hosts can take costs 100.
Cost CostOfPlaces(const CopyProblem& problem, size_t s, const Copies& copies) {
  const CopyPairs placed = PairsOf(copies.placed);
  Cost cost{0, 0, placed.hosts, placed.zones, 0, 0};
  std::map<int, int> in_zone;
  std::map<Place, int> on_host;
  for (const Place& place : copies.placed) {
    ++in_zone[place.zone];
    ++on_host[place];
  }
  const auto host_limit = [&](const Place& host) {
    return Limit(problem, s, [&](const Place& place) { return place == host; });
  };
  for (const auto& [host, count] : on_host) {
    if (problem.hosts_required && host.host >= 0 && count > host_limit(host)) {
      return kImpossible;
    }
  }
  for (const bool now : {false, true}) {
    for (size_t i = 0; i < copies.unplaced.size(); ++i) {
      const int zone = copies.unplaced[i].zone;
      if (copies.is_copy_now[i] != now) {
        continue;
      }
      cost[3] += zone == kUnknownPlace ? 0 : in_zone[zone]++;
      Place best;
      bool any = false;
      for (size_t h = 0; h < problem.zone_of_host.size(); ++h) {
        const Place host{zone, static_cast<int>(h)};
        any = any || problem.zone_of_host[h] == zone;
        if (problem.zone_of_host[h] == zone &&
            (!problem.hosts_required || on_host[host] < host_limit(host)) &&
            (best.host == kUnknownPlace || on_host[host] < on_host[best])) {
          best = host;
        }
      }
      if (best.host != kUnknownPlace) {
        cost[2] += on_host[best]++;
      } else if (any && !now) {
        return kImpossible;
      } else if (any) {
        cost[0] += 100;
      }
    }
  }
  for (const auto& [zone, count] : in_zone) {
    if (problem.zones_required && zone >= 0 &&
        count > Limit(problem, s, [&](const Place& place) { return place.zone == zone; })) {
      return kImpossible;
    }
  }
  return cost;
}

// Tries everything: for each shard every set of candidates and every choice of zones for new pods,
// over the shards by the set of candidates that are taken.
class Exhaustive {
 public:
  explicit Exhaustive(const CopyProblem& problem) : problem_(problem) {
    for (const int zone : problem.zone_of_host) {
      if (zone != CopyProblem::kNoPods) {
        zones_.insert(zone);
      }
    }
    for (const CopyDemand& demand : problem.demands) {
      anywhere_max_ += demand.missing;
    }
    for (const CopyCandidate& candidate : problem.candidates) {
      anywhere_max_ -= candidate.home == CopyCandidate::kNobody ? 1 : 0;
    }
  }

  Cost Best() { return From(0, 0, 0); }

 private:
  // `taken`: candidates that no further shard can have; `anywhere`: new pods without a zone.
  Cost From(size_t s, unsigned taken, int anywhere) {
    if (s == problem_.demands.size()) {
      return Cost{};
    }
    const auto known = best_.find({s, taken, anywhere});
    if (known != best_.end()) {
      return known->second;
    }
    Cost best = kImpossible;
    Copies copies{.placed = problem_.demands[s].fixed, .unplaced = {}, .is_copy_now = {}};
    TryCandidates(s, 0, problem_.demands[s].wanted, taken, anywhere, copies, Cost{}, best);
    return best_[{s, taken, anywhere}] = best;
  }

  bool MayUse(size_t s, size_t c, unsigned taken) const {
    const CopyCandidate& candidate = problem_.candidates[c];
    const bool alien = candidate.bound || problem_.demands[s].gives_only;
    return (taken >> c & 1) == 0 && (!alien || candidate.home == static_cast<int>(s));
  }

  void TryCandidates(size_t s, size_t c, int left, unsigned taken, int anywhere,
                     const Copies& copies, Cost cost, Cost& best) {
    if (c == problem_.candidates.size()) {
      const int more = std::min(problem_.demands[s].missing, anywhere_max_ - anywhere);
      TryNewPods(s, zones_.begin(), left, more, taken, anywhere, copies, cost, best);
      return;
    }
    const CopyCandidate& candidate = problem_.candidates[c];
    const bool home = candidate.home == static_cast<int>(s);
    if (!home || !candidate.stays) {
      TryCandidates(s, c + 1, left, taken, anywhere, copies, cost, best);
    }
    if (MayUse(s, c, taken) && left > 0) {
      Copies with = copies;
      Add(candidate.place, home && IsCopy(candidate), with);
      cost[5] += HalvesOf(s, candidate) * problem_.demands[s].bytes;
      cost[UnreadyLevel(problem_)] += candidate.standing == Standing::kDoubtful ? 1 : 0;
      // No other shard may use a bound one.
      TryCandidates(s, c + 1, left - 1, candidate.bound ? taken : taken | 1u << c, anywhere, with,
                    cost, best);
    }
  }

  // New pods in this zone and the next ones, or `more` anywhere; the rest is lacking.
  void TryNewPods(size_t s, std::set<int>::const_iterator zone, int left, int more, unsigned taken,
                  int anywhere, const Copies& copies, Cost cost, Cost& best) {
    Finish(s, left, taken, anywhere, copies, cost, best);
    const CopyDemand& demand = problem_.demands[s];
    if (left == 0 || !demand.takes_new_pods) {
      return;
    }
    cost[UnreadyLevel(problem_)] += 2;
    cost[5] += 2 * demand.bytes;
    for (auto next = zone; next != zones_.end(); ++next) {
      Copies with = copies;
      Add({*next, kUnknownPlace}, false, with);
      TryNewPods(s, next, left - 1, more, taken, anywhere, with, cost, best);
    }
    if (zones_.empty() && more > 0) {
      Copies with = copies;
      Add({}, false, with);
      TryNewPods(s, zone, left - 1, more - 1, taken, anywhere + 1, with, cost, best);
    }
  }

  void Finish(size_t s, int lacking, unsigned taken, int anywhere, const Copies& copies, Cost cost,
              Cost& best) {
    const bool rules = problem_.hosts_required || problem_.zones_required;
    const int lacking_max = rules ? std::max(0, problem_.demands[s].wanted - CopiesNow(s)) : 0;
    const Cost places = CostOfPlaces(problem_, s, copies);
    if (lacking > lacking_max || places == kImpossible) {
      return;
    }
    cost[0] += lacking * (lacking + 1) / 2;
    best = std::min(best, Sum(Sum(cost, places), From(s + 1, taken, anywhere)));
  }

  int CopiesNow(size_t s) const {
    return static_cast<int>(std::count_if(
        problem_.candidates.begin(), problem_.candidates.end(),
        [&](const CopyCandidate& c) { return c.home == static_cast<int>(s) && IsCopy(c); }));
  }

  const CopyProblem& problem_;
  std::set<int> zones_;  // that take pods
  int anywhere_max_ = 0;
  std::map<std::tuple<size_t, unsigned, int>, Cost> best_;
};

// What the placement costs, counted anew from what it says.
Cost CostOf(const CopyProblem& problem, const CopyPlacement& placement) {
  Cost cost{};
  for (size_t s = 0; s < placement.shards.size(); ++s) {
    const CopyPlacement::OfShard& shard = placement.shards[s];
    const CopyDemand& demand = problem.demands[s];
    const auto lacking = static_cast<int64_t>(shard.lacking);
    const auto pods = static_cast<int64_t>(shard.new_pods.size());
    cost[0] += lacking * (lacking + 1) / 2;
    cost[UnreadyLevel(problem)] += 2 * pods;
    cost[5] += 2 * demand.bytes * pods;
    Copies copies{.placed = demand.fixed, .unplaced = {}, .is_copy_now = {}};
    for (const size_t c : shard.candidates) {
      const CopyCandidate& candidate = problem.candidates[c];
      Add(candidate.place, candidate.home == static_cast<int>(s) && IsCopy(candidate), copies);
      cost[5] += HalvesOf(s, candidate) * demand.bytes;
      cost[UnreadyLevel(problem)] += candidate.standing == Standing::kDoubtful ? 1 : 0;
    }
    for (const int zone : shard.new_pods) {
      Add({zone, kUnknownPlace}, false, copies);
    }
    cost = Sum(cost, CostOfPlaces(problem, s, copies));
  }
  return cost;
}

class ProblemMaker {
 public:
  explicit ProblemMaker(uint64_t seed) : random_(seed) {}

  CopyProblem Make() {
    CopyProblem problem;
    problem.aim = Chance(2) ? CopyProblem::Aim::kFill : CopyProblem::Aim::kImprove;
    problem.hosts_required = Chance(5);
    problem.zones_required = Chance(8);
    zones_ = 1 + Below(3);
    hosts_per_zone_ = 1 + Below(3);
    const bool hosts_known = !Chance(4);
    for (int h = 0; h < zones_ * hosts_per_zone_; ++h) {
      const bool takes_pods = hosts_known && !Chance(4);
      problem.zone_of_host.push_back(takes_pods ? h / hosts_per_zone_ : CopyProblem::kNoPods);
    }
    const bool movable = Chance(4);
    problem.demands.resize(static_cast<size_t>(1 + Below(movable ? 3 : 6)));
    const int factor = Below(3);
    for (size_t s = 0; s < problem.demands.size(); ++s) {
      AddShard(s, factor, movable, problem);
    }
    for (int k = Chance(3) ? Below(4) : 0; k > 0; --k) {
      problem.candidates.push_back(
          {.place = Any(), .standing = Chance(6) ? Standing::kDoubtful : Standing::kEmpty});
    }
    return problem;
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint64_t>(limit)); }
  bool Chance(int of) { return Below(of) == 0; }
  Place Any() {
    if (Chance(10)) {
      return Place{};
    }
    const int host = Below(zones_ * hosts_per_zone_);
    return {host / hosts_per_zone_, Chance(10) ? kUnknownPlace : host};
  }

  void AddShard(size_t s, int factor, bool movable, CopyProblem& problem) {
    CopyDemand& demand = problem.demands[s];
    demand.wanted = factor;
    for (int k = Chance(8) ? Below(3) : 1; k > 0; --k) {
      const Place place = Any();
      if (place.host != kUnknownPlace || place.zone == kUnknownPlace) {
        demand.fixed.push_back(place);
      } else {
        ++demand.wanted;
        problem.candidates.push_back({.place = place,
                                      .home = static_cast<int>(s),
                                      .bound = true,
                                      .stays = true,
                                      .standing = Standing::kInSync});
      }
    }
    demand.bytes = 1 + Below(4);
    const int there = Chance(3) ? Below(4) : factor;
    for (int k = 0; k < there; ++k) {
      constexpr std::array kAll{Standing::kInSync, Standing::kInSync, Standing::kInSync,
                                Standing::kBehind, Standing::kEmpty,  Standing::kDoubtful};
      const Standing standing = kAll[static_cast<size_t>(Below(6))];
      problem.candidates.push_back({.place = Any(),
                                    .home = static_cast<int>(s),
                                    .bound = !movable || standing != Standing::kInSync,
                                    .standing = standing});
    }
    demand.missing = std::max(0, factor - there);
    demand.gives_only = demand.missing == 0 && Chance(6);
    demand.takes_new_pods = demand.missing > 0 || !Chance(6);
  }

  std::mt19937_64 random_;
  int zones_ = 1;
  int hosts_per_zone_ = 1;
};

TEST(CopyPlacementTest, IsOptimalInEveryRandomCase) {
  const PropertyRun run("PLACEMENT", 100000, 7);
  for (uint64_t n = 0; n < run.cases; ++n) {
    const CopyProblem problem = ProblemMaker(run.seed + n).Make();
    const CopyPlacement placement = PlaceCopies(problem);
    ASSERT_EQ(CostOf(problem, placement), Exhaustive(problem).Best()) << run.Repeat(n);
    std::vector<int> used(problem.candidates.size(), 0);
    for (size_t s = 0; s < placement.shards.size(); ++s) {
      const CopyPlacement::OfShard& shard = placement.shards[s];
      ASSERT_EQ(
          shard.candidates.size() + shard.new_pods.size() + static_cast<size_t>(shard.lacking),
          static_cast<size_t>(problem.demands[s].wanted));
      for (const size_t c : shard.candidates) {
        ASSERT_EQ(++used[c], 1) << "a node copies one shard";
      }
    }
  }
}

// The first shard alone; who is at home elsewhere is nowhere.
CopyProblem FirstOnly(CopyProblem problem) {
  problem.demands.resize(1);
  for (CopyCandidate& candidate : problem.candidates) {
    if (candidate.home > 0) {
      candidate = {.place = candidate.place, .standing = Standing::kEmpty};
    }
  }
  return problem;
}

TEST(CopyPlacementTest, OneShardNeedsNoFlow) {
  const PropertyRun run("PLACEMENT", 100000, 7);
  uint64_t placed = 0;
  for (uint64_t n = 0; n < run.cases; ++n) {
    const CopyProblem problem = FirstOnly(ProblemMaker(run.seed + n).Make());
    const CopyCost cost(problem);
    if (const auto shard = PlaceCopiesOfOne(problem, cost)) {
      ++placed;
      ASSERT_EQ(shard->candidates.size() + shard->new_pods.size(),
                static_cast<size_t>(problem.demands[0].wanted));
      ASSERT_EQ(CostOf(problem, {.shards = {*shard}}), Exhaustive(problem).Best()) << run.Repeat(n);
    }
  }
  EXPECT_GT(placed, run.cases / 3);
}

// Zones a, b, c with one host each that takes pods.
CopyProblem ThreeZones() {
  CopyProblem problem;
  problem.zone_of_host = {0, 1, 2};
  return problem;
}

TEST(CopyPlacementTest, NewPodsFillTheZonesEvenly) {
  CopyProblem problem = ThreeZones();
  problem.demands = {{.fixed = {{0, 0}}, .wanted = 1, .missing = 1},
                     {.fixed = {{1, 1}}, .wanted = 1, .missing = 1},
                     {.fixed = {{2, 2}}, .wanted = 1, .missing = 1}};
  std::vector<int> load(3, 0);
  for (const auto& shard : PlaceCopies(problem).shards) {
    ASSERT_EQ(shard.new_pods.size(), 1u);
    ++load[static_cast<size_t>(shard.new_pods[0])];
  }
  EXPECT_THAT(load, ElementsAre(1, 1, 1));
}

TEST(CopyPlacementTest, AReplacementGoesWhereTheZonesAreEmptier) {
  CopyProblem problem = ThreeZones();
  problem.demands = {{.fixed = {{0, 0}}, .wanted = 1, .missing = 1}};
  problem.copies_in_zone = {0, 2, 1};
  EXPECT_THAT(PlaceCopies(problem).shards[0].new_pods, ElementsAre(2));
}

TEST(CopyPlacementTest, FillsWithWhatIsThereAndImprovesByNewPods) {
  CopyProblem problem = ThreeZones();
  problem.demands = {{.fixed = {{0, 0}}, .wanted = 1}};
  problem.candidates = {{.place = {0, 0}}};
  const CopyPlacement filled = PlaceCopies(problem);
  EXPECT_THAT(filled.shards[0].candidates, ElementsAre(0));
  problem.aim = CopyProblem::Aim::kImprove;
  const CopyPlacement improved = PlaceCopies(problem);
  EXPECT_THAT(improved.shards[0].candidates, IsEmpty());
  EXPECT_THAT(improved.shards[0].new_pods, ElementsAre(Ne(0)));
}

// 999 shards and 1998 spare nodes on 999 hosts: more than are placed at once.
TEST(CopyPlacementTest, ManyShardsAreServedInTurn) {
  CopyProblem problem;
  for (int s = 0; s < 999; ++s) {
    problem.demands.push_back({.fixed = {{s % 3, s}}, .wanted = 2, .missing = 2});
    problem.candidates.push_back({.place = {s % 3, s}});
    problem.candidates.push_back({.place = {s % 3, s}});
  }
  const CopyPlacement placement = PlaceCopies(problem);
  std::set<size_t> used;
  int together = 0;
  for (size_t s = 0; s < 999; ++s) {
    std::vector<Place> copies = problem.demands[s].fixed;
    for (const size_t c : placement.shards[s].candidates) {
      EXPECT_TRUE(used.insert(c).second) << "a node copies one shard";
      copies.push_back(problem.candidates[c].place);
    }
    EXPECT_EQ(copies.size(), 3u);
    together += PairsOf(copies).hosts;
  }
  EXPECT_EQ(together, 0);
}

TEST(CopyPlacementTest, PairsAtOnePlace) {
  EXPECT_EQ(PairsOf({{0, 0}, {0, 0}, {0, 1}, {1, 2}}), (CopyPairs{.hosts = 1, .zones = 3}));
  EXPECT_EQ(PairsOf({{}, {}, {1, kUnknownPlace}, {1, kUnknownPlace}}),
            (CopyPairs{.hosts = 0, .zones = 1}))
      << "what is not known is shared with nobody";
}

TEST(CopyPlacementTest, TheEvenSpreadHasTheFewestPairs) {
  EXPECT_EQ(FewestPairs(3, 3), 0);
  EXPECT_EQ(FewestPairs(3, 2), 1);
  EXPECT_EQ(FewestPairs(5, 2), 4);
  EXPECT_EQ(FewestPairs(3, 1), 3);
}

TEST(CopyPlacementTest, GaleRyser) {
  EXPECT_EQ(FewestTogether({2, 2, 2}, 3), 0);
  EXPECT_EQ(FewestTogether({4, 1, 1}, 3), 1);
  EXPECT_EQ(FewestTogether({6}, 3), 3);
}

}  // namespace
}  // namespace redisop
