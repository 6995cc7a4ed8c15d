#include "services/planner/core/placement/copy_network.h"

#include <algorithm>
#include <set>

namespace redisop {
namespace {

using Standing = CopyCandidate::Standing;

enum Level : size_t {
  kLacking,
  kUnreadyToFill,
  kHostPairs,
  kZonePairs,
  kUnreadyToImprove,
  kBytes,
  kFilling,
  kOrder
};

// What tells equal choices apart weighs less than one place in the order.
constexpr int64_t kOrderUnit = int64_t{1} << 20;

// A number below kOrderUnit that depends on both and looks like any other.
int64_t Mixed(uint32_t a, uint32_t b) {
  uint64_t x = (uint64_t{a} << 32 | b) * 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
  return static_cast<int64_t>((x ^ x >> 32) % kOrderUnit);
}

// The filling of a zone is compared per host, in parts of this.
constexpr int64_t kFillingScale = 5040;  // divisible by 1 … 10

// A copy that is there although no host is left for it; more than all copies that a shard can lack.
constexpr int64_t kCrowdedOut = 100;
// Who stays is used before anybody else, whatever it costs.
constexpr int64_t kStays = -2 * kCrowdedOut;

// Bytes are counted in halves of a full synchronisation.
constexpr int64_t kWhole = 2;

int64_t HalvesToSync(Standing standing) {
  return standing == Standing::kInSync ? 0 : standing == Standing::kBehind ? 1 : kWhole;
}

bool Copies(const CopyCandidate& candidate) {
  return candidate.standing == Standing::kInSync || candidate.standing == Standing::kBehind;
}

}  // namespace

CopyNetwork::CopyNetwork(const CopyProblem& problem)
    : problem_(problem), at_home_(problem.demands.size()) {
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
    const bool doubtful = candidate.standing == Standing::kDoubtful;
    network_.AddArc(candidates_[c], FillingNode(candidate.place.zone), 1,
                    Unready(doubtful ? 1 : 0) + CostAt(kOrder, candidate.order * kOrderUnit));
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
  for (const int zone : problem_.zone_of_host) {
    if (zone != CopyProblem::kNoPods) {
      ++hosts_in_zone_[zone];
    }
  }
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
  for (const auto& [zone, hosts] : hosts_in_zone_) {
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
    const FlowCost cost = CostAt(kBytes, HalvesToSync(candidate.standing) * demand.bytes) +
                          CostAt(kLacking, candidate.stays ? kStays : 0) +
                          Taste(s, candidate.place);
    AddPlaced({Use::Kind::kCandidate, static_cast<int>(c), candidate.place, candidates_[c], 1, cost,
               Copies(candidate)},
              counters);
  }
  if (!demand.gives_only) {
    for (const auto& [place, pool] : pools_) {
      AddPlaced({Use::Kind::kPool, pool, place, pool, demand.wanted,
                 CostAt(kBytes, kWhole * demand.bytes) + Taste(s, place), false},
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
    uses_.push_back({network_.AddArc(counters.node, sink_, 1, CostAt(kLacking, k + 1)),
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
  const FlowCost new_pod = CostAt(kBytes, kWhole * demand.bytes) + Unready(2);
  for (const auto& [zone, room] : demand.takes_new_pods ? rooms_ : std::map<int, int>()) {
    const Place place{zone, kUnknownPlace};
    counters.unplaced.push_back({Use::Kind::kNewPod, zone, place, room, demand.wanted,
                                 new_pod + Taste(counters.shard, place), false});
  }
  for (const Source& source : counters.unplaced) {
    if (!hosts_in_zone_.contains(source.place.zone)) {
      AddUse(ZoneNode(source.place.zone, counters), source, FlowCost{}, counters);
      continue;
    }
    for (const auto& [host, node] : counters.hosts) {
      if (host.zone == source.place.zone && TakesPods(host)) {
        AddUse(node, source, FlowCost{}, counters);
      }
    }
    if (const int node = AlikeNode(source.place.zone, counters); node != kNone) {
      AddUse(node, source, FlowCost{}, counters);
    }
    if (source.is_copy && problem_.hosts_required) {
      AddUse(ZoneNode(source.place.zone, counters), source, CostAt(kLacking, kCrowdedOut),
             counters);
    }
  }
  if (demand.takes_new_pods && rooms_.empty()) {
    AddUse(counters.node,
           {Use::Kind::kNewPod, kUnknownPlace, {}, anywhere_, demand.missing, new_pod, false},
           FlowCost{}, counters);
  }
}

// The hosts of a zone without a counter are alike: when each has a copy, one more makes a pair.
int CopyNetwork::AlikeNode(int zone, Counters& counters) {
  const auto [found, is_new] = counters.alike.emplace(zone, kNone);
  if (!is_new) {
    return found->second;
  }
  const int alike = hosts_in_zone_.at(zone) -
                    static_cast<int>(std::count_if(
                        counters.hosts.begin(), counters.hosts.end(), [&](const auto& host) {
                          return host.first.zone == zone && TakesPods(host.first);
                        }));
  if (alike == 0) {
    return kNone;
  }
  found->second = network_.AddNode();
  const int from = ZoneNode(zone, counters);
  const int wanted = problem_.demands[counters.shard].wanted;
  const int most = problem_.hosts_required ? std::min(wanted, alike) : wanted;
  for (int k = 0; k < most; ++k) {
    network_.AddArc(from, found->second, 1, CostAt(kHostPairs, k / alike));
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
    AddCounter(counters.node, found->second, counters.shard, kZonePairs, problem_.zones_required,
               [&](const Place& place) { return place.zone == zone; });
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
    AddCounter(ZoneNode(place.zone, counters), found->second, counters.shard, kHostPairs,
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

bool CopyNetwork::TakesPods(const Place& host) const {
  const auto number = static_cast<size_t>(host.host);
  return number < problem_.zone_of_host.size() && problem_.zone_of_host[number] == host.zone;
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

FlowCost CopyNetwork::Unready(int64_t units) const {
  return CostAt(problem_.aim == CopyProblem::Aim::kFill ? kUnreadyToFill : kUnreadyToImprove,
                units);
}

FlowCost CopyNetwork::Taste(size_t s, const Place& place) const {
  if (place.zone == kUnknownPlace && place.host == kUnknownPlace) {
    return CostAt(kOrder, static_cast<int64_t>(s));
  }
  const auto at = [](const std::vector<uint32_t>& tags, int number) {
    return static_cast<size_t>(number) < tags.size() ? tags[static_cast<size_t>(number)] : 0;
  };
  const uint32_t tag = place.host != kUnknownPlace ? at(problem_.host_tags, place.host)
                                                   : at(problem_.zone_tags, place.zone);
  return CostAt(kOrder, Mixed(problem_.demands[s].tag, tag));
}

void CopyNetwork::AddFilling() {
  for (const auto& [zone, node] : filling_) {
    const auto hosts = hosts_in_zone_.find(zone);
    const int64_t capacity = hosts == hosts_in_zone_.end() ? 1 : hosts->second;
    int64_t filled = 0;
    if (static_cast<size_t>(zone) < problem_.copies_in_zone.size()) {
      filled = problem_.copies_in_zone[static_cast<size_t>(zone)];
    }
    for (const CopyDemand& demand : problem_.demands) {
      filled += std::count_if(demand.fixed.begin(), demand.fixed.end(),
                              [&](const Place& place) { return place.zone == zone; });
    }
    const int64_t unit = kFillingScale / std::min(kFillingScale, capacity);
    network_.AddConvexArcs(node, sink_, copies_, CostAt(kFilling, filled * unit), kFilling, unit);
  }
}

}  // namespace redisop
