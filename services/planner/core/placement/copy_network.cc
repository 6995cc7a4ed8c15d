#include "services/planner/core/placement/copy_network.h"

#include <algorithm>
#include <set>

namespace redisop {
namespace {

using Standing = CopyCandidate::Standing;

// A copy that is there although no host is left for it; more than all copies that a shard can lack.
constexpr int64_t kCrowdedOut = 100;

bool Copies(const CopyCandidate& candidate) {
  return candidate.standing == Standing::kInSync || candidate.standing == Standing::kBehind;
}

}  // namespace

CopyNetwork::CopyNetwork(const CopyProblem& problem)
    : problem_(problem), cost_(problem), at_home_(problem.demands.size()) {
  source_ = network_.AddNode();
  sink_ = network_.AddNode();
  for (const CopyDemand& demand : problem.demands) {
    copies_ += demand.wanted;
  }
  AddCandidates();
  AddRooms();
  for (size_t s = 0; s < problem.demands.size(); ++s) {
    AddShard(s);
  }
  AddFilling();
}

// Each candidate is a node that one copy can pass. Those that any shard may use and that share a
// place are behind one pool.
void CopyNetwork::AddCandidates() {
  for (size_t c = 0; c < problem_.candidates.size(); ++c) {
    const CopyCandidate& candidate = problem_.candidates[c];
    candidates_.push_back(network_.AddNode());
    network_.AddArc(candidates_[c], FillingNode(candidate.place.zone), 1,
                    cost_.OfCandidate(candidate));
    if (candidate.home != CopyCandidate::kNobody) {
      at_home_[static_cast<size_t>(candidate.home)].push_back(c);
    }
    if (candidate.bound) {
      continue;
    }
    const auto [pool, is_new] = pools_.emplace(candidate.place, 0);
    if (is_new) {
      pool->second = network_.AddNode();
    }
    pool_exits_.push_back(
        {network_.AddArc(pool->second, candidates_[c], 1, FlowCost{}), pool->second, c});
  }
}

void CopyNetwork::AddRooms() {
  // Where no host is known, a new pod could be anywhere; no more are made than nodes are missing.
  int missing = 0;
  for (const CopyDemand& demand : problem_.demands) {
    missing += demand.missing;
  }
  const auto spares = static_cast<int>(std::count_if(
      problem_.candidates.begin(), problem_.candidates.end(),
      [](const CopyCandidate& candidate) { return candidate.home == CopyCandidate::kNobody; }));
  anywhere_ = network_.AddNode();
  network_.AddArc(anywhere_, sink_, std::max(0, missing - spares), FlowCost{});
  for (const auto& [zone, hosts] : cost_.hosts_in_zone()) {
    rooms_[zone] = network_.AddNode();
    network_.AddArc(rooms_[zone], FillingNode(zone), copies_, FlowCost{});
  }
}

void CopyNetwork::AddShard(size_t s) {
  const CopyDemand& demand = problem_.demands[s];
  Counters counters;
  counters.shard = s;
  counters.node = network_.AddNode();
  network_.AddArc(source_, counters.node, demand.wanted, FlowCost{});
  AddLacking(counters);
  for (const size_t c : at_home_[s]) {
    const CopyCandidate& candidate = problem_.candidates[c];
    AddPlaced({Use::Kind::kCandidate, static_cast<int>(c), candidate.place, candidates_[c], 1,
               cost_.AtHome(s, candidate), Copies(candidate)},
              counters);
  }
  if (!demand.gives_only) {
    for (const auto& [place, pool] : pools_) {
      AddPlaced(
          {Use::Kind::kPool, pool, place, pool, demand.wanted, cost_.OfSpare(s, place), false},
          counters);
    }
  }
  for (const Place& place : demand.fixed) {
    HostNode(place, counters);
  }
  AddUnplaced(counters);
}

// A required rule may leave copies out, but none that is there now. One more is worse where others
// are lacking already.
void CopyNetwork::AddLacking(const Counters& counters) {
  const CopyDemand& demand = problem_.demands[counters.shard];
  const Count all = CountOf(counters.shard, [](const Place&) { return true; });
  const int most = demand.wanted - (all.now - all.fixed);
  for (int k = 0; (problem_.hosts_required || problem_.zones_required) && k < most; ++k) {
    uses_.push_back({network_.AddArc(counters.node, sink_, 1, CostAt(CopyCost::kLacking, k + 1)),
                     counters.shard, Use::Kind::kLacking, 0});
  }
}

// What has a host passes its counter at once; the rest waits until all hosts with a counter are
// known.
void CopyNetwork::AddPlaced(const Source& source, Counters& counters) {
  if (source.place.host == kUnknownPlace) {
    counters.unplaced.push_back(source);
    return;
  }
  AddUse(HostNode(source.place, counters), source, FlowCost{}, counters);
}

void CopyNetwork::AddUse(int from, const Source& source, const FlowCost& more,
                         const Counters& counters) {
  uses_.push_back({network_.AddArc(from, source.node, source.capacity, source.cost + more),
                   counters.shard, source.kind, source.number});
}

// New pods, and nodes whose zone alone is known: they are, or will be, on the emptiest hosts of
// their zone.
void CopyNetwork::AddUnplaced(Counters& counters) {
  const CopyDemand& demand = problem_.demands[counters.shard];
  for (const auto& [zone, room] : demand.takes_new_pods ? rooms_ : std::map<int, int>()) {
    const Place place{zone, kUnknownPlace};
    counters.unplaced.push_back({Use::Kind::kNewPod, zone, place, room, demand.wanted,
                                 cost_.OfNewPod(counters.shard, zone), false});
  }
  for (const Source& source : counters.unplaced) {
    if (!cost_.hosts_in_zone().contains(source.place.zone)) {
      AddUse(ZoneNode(source.place.zone, counters), source, FlowCost{}, counters);
      continue;
    }
    for (const auto& [host, node] : counters.hosts) {
      if (host.zone == source.place.zone && cost_.TakesPods(host)) {
        AddUse(node, source, FlowCost{}, counters);
      }
    }
    if (const int node = AlikeNode(source.place.zone, counters); node != kNone) {
      AddUse(node, source, FlowCost{}, counters);
    }
    if (source.is_copy && problem_.hosts_required) {
      AddUse(ZoneNode(source.place.zone, counters), source, CostAt(CopyCost::kLacking, kCrowdedOut),
             counters);
    }
  }
  if (demand.takes_new_pods && rooms_.empty()) {
    AddUse(counters.node,
           {Use::Kind::kNewPod,
            kUnknownPlace,
            {},
            anywhere_,
            demand.missing,
            cost_.OfNewPod(counters.shard, kUnknownPlace),
            false},
           FlowCost{}, counters);
  }
}

// The hosts of a zone without a counter are alike: when each has a copy, one more makes a pair.
int CopyNetwork::AlikeNode(int zone, Counters& counters) {
  const auto [found, is_new] = counters.alike.emplace(zone, kNone);
  if (!is_new) {
    return found->second;
  }
  const int alike = cost_.hosts_in_zone().at(zone) -
                    static_cast<int>(std::count_if(
                        counters.hosts.begin(), counters.hosts.end(), [&](const auto& host) {
                          return host.first.zone == zone && cost_.TakesPods(host.first);
                        }));
  if (alike == 0) {
    return kNone;
  }
  found->second = network_.AddNode();
  const int from = ZoneNode(zone, counters);
  const int wanted = problem_.demands[counters.shard].wanted;
  const int most = problem_.hosts_required ? std::min(wanted, alike) : wanted;
  for (int k = 0; k < most; ++k) {
    network_.AddArc(from, found->second, 1, CostAt(CopyCost::kHostPairs, k / alike));
  }
  return found->second;
}

int CopyNetwork::ZoneNode(int zone, Counters& counters) {
  if (zone == kUnknownPlace) {
    return counters.node;
  }
  const auto [found, is_new] = counters.zones.emplace(zone, 0);
  if (is_new) {
    found->second = network_.AddNode();
    AddCounter(counters.node, found->second, counters.shard, CopyCost::kZonePairs,
               problem_.zones_required, [&](const Place& place) { return place.zone == zone; });
  }
  return found->second;
}

int CopyNetwork::HostNode(const Place& place, Counters& counters) {
  if (place.host == kUnknownPlace) {
    return ZoneNode(place.zone, counters);
  }
  const auto [found, is_new] = counters.hosts.emplace(place, 0);
  if (is_new) {
    found->second = network_.AddNode();
    AddCounter(ZoneNode(place.zone, counters), found->second, counters.shard, CopyCost::kHostPairs,
               problem_.hosts_required, [&](const Place& other) { return other == place; });
  }
  return found->second;
}

template <typename Same>
CopyNetwork::Count CopyNetwork::CountOf(size_t s, const Same& same) const {
  const std::vector<Place>& fixed = problem_.demands[s].fixed;
  Count count;
  count.fixed = static_cast<int>(std::count_if(fixed.begin(), fixed.end(), same));
  count.now = count.fixed;
  for (const size_t c : at_home_[s]) {
    const CopyCandidate& candidate = problem_.candidates[c];
    count.now += Copies(candidate) && same(candidate.place) ? 1 : 0;
  }
  return count;
}

// One copy more at the place makes one pair with each that is there. A required rule lets none in
// where one is, but drives nobody out before a better place is found.
template <typename Same>
void CopyNetwork::AddCounter(int from, int to, size_t s, size_t level, bool required,
                             const Same& same) {
  const Count count = CountOf(s, same);
  const int wanted = problem_.demands[s].wanted;
  const int room = required ? std::max(1, count.now) - count.fixed : wanted;
  network_.AddConvexArcs(from, to, std::min(wanted, room), CostAt(level, count.fixed), level, 1);
}

int CopyNetwork::FillingNode(int zone) {
  if (zone == kUnknownPlace) {
    return sink_;
  }
  const auto [found, is_new] = filling_.emplace(zone, 0);
  if (is_new) {
    found->second = network_.AddNode();
  }
  return found->second;
}

void CopyNetwork::AddFilling() {
  for (const auto& [zone, node] : filling_) {
    const CopyCost::Filling filling = cost_.FillingOf(zone);
    network_.AddConvexArcs(node, sink_, copies_, CostAt(CopyCost::kFilling, filling.first),
                           CopyCost::kFilling, filling.growth);
  }
}

}  // namespace redisop
