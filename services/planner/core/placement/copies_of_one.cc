#include "services/planner/core/placement/copies_of_one.h"

#include <algorithm>
#include <vector>

namespace redisop {
namespace {

constexpr size_t kOnly = 0;  // number of the demand

class Greedy {
 public:
  Greedy(const CopyProblem& problem, const CopyCost& cost)
      : problem_(problem), cost_(cost), demand_(problem.demands[kOnly]) {
    for (const Place& place : demand_.fixed) {
      CountAt(place);
    }
    for (const CopyCandidate& candidate : problem.candidates) {
      (void)HostAt(candidate.place);
    }
  }

  // Whether each option has one place, so that taking the cheapest is right.
  bool IsExact() const {
    return !problem_.hosts_required && !problem_.zones_required &&
           std::none_of(problem_.candidates.begin(), problem_.candidates.end(),
                        [&](const CopyCandidate& candidate) {
                          const Place& place = candidate.place;
                          return place.host == kUnknownPlace &&
                                 cost_.hosts_in_zone().contains(place.zone) &&
                                 KnownHostsIn(place.zone) > 0;
                        });
  }

  CopyPlacement::OfShard Run() {
    AddCandidates();
    AddNewPods();
    CopyPlacement::OfShard placed;
    for (int k = 0; k < demand_.wanted && Take(placed); ++k) {
    }
    std::sort(placed.candidates.begin(), placed.candidates.end());
    std::sort(placed.new_pods.begin(), placed.new_pods.end());
    return placed;
  }

 private:
  struct Zone {
    int zone;
    int copies = 0;
    int64_t filling = 0;  // of the next copy; none where the zone is not known
    int64_t growth = 0;
    // Its hosts that no copy and no candidate is on are alike.
    int alike = 0;
    int on_alike = 0;
  };
  struct Host {
    Place place;
    int copies = 0;
  };
  static constexpr size_t kNone = ~size_t{0};
  // Something that can become a copy, at one place.
  struct Option {
    int left;          // how often
    size_t candidate;  // kNone: a new pod
    FlowCost cost;     // without what follows from the place
    size_t zone;       // kNone: none is known
    size_t host;       // kNone: one of those that are alike, or none is known
    bool on_alike = false;
  };

  size_t ZoneAt(int zone) { return zone == kUnknownPlace ? kNone : EntryOf(zone); }

  size_t EntryOf(int zone) {
    const auto found = std::find_if(zones_.begin(), zones_.end(),
                                    [&](const Zone& known) { return known.zone == zone; });
    if (found != zones_.end()) {
      return static_cast<size_t>(found - zones_.begin());
    }
    const bool known = zone != kUnknownPlace;
    const CopyCost::Filling filling = known ? cost_.FillingOf(zone) : CopyCost::Filling{};
    zones_.push_back({.zone = zone, .filling = filling.first, .growth = filling.growth});
    return zones_.size() - 1;
  }

  size_t HostAt(const Place& place) {
    if (place.host == kUnknownPlace) {
      return kNone;
    }
    const auto found = std::find_if(hosts_.begin(), hosts_.end(),
                                    [&](const Host& known) { return known.place == place; });
    if (found == hosts_.end()) {
      hosts_.push_back({.place = place});
      return hosts_.size() - 1;
    }
    return static_cast<size_t>(found - hosts_.begin());
  }

  // A copy that stays; the filling knows of it.
  void CountAt(const Place& place) {
    if (const size_t zone = ZoneAt(place.zone); zone != kNone) {
      ++zones_[zone].copies;
    }
    if (const size_t host = HostAt(place); host != kNone) {
      ++hosts_[host].copies;
    }
  }

  int KnownHostsIn(int zone) const {
    return static_cast<int>(std::count_if(hosts_.begin(), hosts_.end(), [&](const Host& host) {
      return host.place.zone == zone && cost_.TakesPods(host.place);
    }));
  }

  // Hosts without a zone are alike too.
  size_t RoomAt(int zone) {
    const size_t number = EntryOf(zone);
    zones_[number].alike = cost_.hosts_in_zone().at(zone) - KnownHostsIn(zone);
    return number;
  }

  void AddCandidates() {
    for (size_t c = 0; c < problem_.candidates.size(); ++c) {
      const CopyCandidate& candidate = problem_.candidates[c];
      const bool at_home = candidate.home != CopyCandidate::kNobody;
      if (!at_home && demand_.gives_only) {
        continue;
      }
      const bool somewhere = candidate.place.host == kUnknownPlace &&
                             cost_.hosts_in_zone().contains(candidate.place.zone);
      options_.push_back(
          {.left = 1,
           .candidate = c,
           .cost = cost_.OfCandidate(candidate) + (at_home ? cost_.AtHome(kOnly, candidate)
                                                           : cost_.OfSpare(kOnly, candidate.place)),
           .zone = somewhere ? RoomAt(candidate.place.zone) : ZoneAt(candidate.place.zone),
           .host = HostAt(candidate.place),
           .on_alike = somewhere});
    }
  }

  void AddNewPods() {
    if (!demand_.takes_new_pods) {
      return;
    }
    for (const auto& [zone, hosts] : cost_.hosts_in_zone()) {
      Option pod{.left = demand_.wanted,
                 .candidate = kNone,
                 .cost = cost_.OfNewPod(kOnly, zone),
                 .zone = RoomAt(zone),
                 .host = kNone};
      for (size_t host = 0; host < hosts_.size(); ++host) {
        if (hosts_[host].place.zone == zone && cost_.TakesPods(hosts_[host].place)) {
          pod.host = host;
          options_.push_back(pod);
        }
      }
      if (hosts > KnownHostsIn(zone)) {
        pod.host = kNone;
        pod.on_alike = true;
        options_.push_back(pod);
      }
    }
    if (cost_.hosts_in_zone().empty()) {
      options_.push_back({.left = AnywhereMax(),
                          .candidate = kNone,
                          .cost = cost_.OfNewPod(kOnly, kUnknownPlace),
                          .zone = kNone,
                          .host = kNone});
    }
  }

  // Where no host is known, no more new pods are made than nodes are missing.
  int AnywhereMax() const {
    const auto spares = static_cast<int>(
        std::count_if(problem_.candidates.begin(), problem_.candidates.end(),
                      [](const CopyCandidate& c) { return c.home == CopyCandidate::kNobody; }));
    return std::max(0, demand_.missing - spares);
  }

  FlowCost CostOf(const Option& option) const {
    FlowCost cost = option.cost;
    if (option.zone != kNone) {
      const Zone& zone = zones_[option.zone];
      cost[CopyCost::kZonePairs] += zone.zone == kUnknownPlace ? 0 : zone.copies;
      cost[CopyCost::kFilling] += zone.filling;
      cost[CopyCost::kHostPairs] += option.on_alike ? zone.on_alike / zone.alike : 0;
    }
    if (option.host != kNone) {
      cost[CopyCost::kHostPairs] += hosts_[option.host].copies;
    }
    return cost;
  }

  // Takes the cheapest copy; false when there is none.
  bool Take(CopyPlacement::OfShard& placed) {
    Option* best = nullptr;
    FlowCost best_cost{};
    for (Option& option : options_) {
      if (option.left > 0) {
        const FlowCost cost = CostOf(option);
        // Of equals the last: the shards whose turn it is first mostly have their primaries in the
        // first zones, and those after them need the room there.
        if (best == nullptr || cost <= best_cost) {
          best = &option;
          best_cost = cost;
        }
      }
    }
    if (best == nullptr) {
      return false;
    }
    --best->left;
    if (best->zone != kNone) {
      Zone& zone = zones_[best->zone];
      ++zone.copies;
      zone.filling += zone.growth;
      zone.on_alike += best->on_alike ? 1 : 0;
    }
    if (best->host != kNone) {
      ++hosts_[best->host].copies;
    }
    if (best->candidate == kNone) {
      placed.new_pods.push_back(best->zone == kNone ? kUnknownPlace : zones_[best->zone].zone);
    } else {
      placed.candidates.push_back(best->candidate);
    }
    return true;
  }

  const CopyProblem& problem_;
  const CopyCost& cost_;
  const CopyDemand& demand_;
  std::vector<Zone> zones_;
  std::vector<Host> hosts_;
  std::vector<Option> options_;
};

}  // namespace

std::optional<CopyPlacement::OfShard> PlaceCopiesOfOne(const CopyProblem& problem,
                                                       const CopyCost& cost) {
  Greedy greedy(problem, cost);
  return greedy.IsExact() ? std::optional(greedy.Run()) : std::nullopt;
}

}  // namespace redisop
