#include "services/planner/core/primary_spread.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "services/planner/core/places.h"

namespace redisop {
namespace {

class Spreader {
 public:
  Spreader(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal) : now_(snapshot) {
    for (const Shard& shard : shape.shards) {
      if (goal.Keeps(shard.name)) {
        LookAt(shard);
      }
    }
  }

  PrimarySpread Run() {
    const int shards = static_cast<int>(shards_.size());
    spread_.most = PrimariesMax(shards);
    if (!zones_known_) {
      spread_.in_zone.clear();
    }
    if (!hosts_known_) {
      spread_.on_host.clear();
    }
    spread_.excess = {.zones = ExcessIn(spread_.in_zone), .hosts = ExcessIn(spread_.on_host)};
    spread_.excess_minimum = spread_.excess;
    if (spread_.excess == RoleExcess()) {
      return std::move(spread_);
    }
    places_.emplace(now_);
    spread_.unavoidable = {
        zones_known_ ? UnavoidableExcess(shards, static_cast<int>(places_->zones().size())) : 0,
        hosts_known_ ? UnavoidableExcess(shards, static_cast<int>(places_->hosts().size())) : 0};
    if (settled_ && spread_.excess > spread_.unavoidable) {
      FindSeats();
      const RoleSpread chosen = RestoreSpread(seats_);
      spread_.excess_minimum = chosen.excess;
      PutInOrder(chosen);
    }
    return std::move(spread_);
  }

 private:
  void LookAt(const Shard& shard) {
    for (const Node* replica : shard.replicas) {
      Know(*replica);
    }
    const Node& primary = *shard.primary;
    Know(primary);
    settled_ = settled_ && !primary.unobserved && primary.health != Health::kFailed;
    ++spread_.in_zone[primary.zone];
    ++spread_.on_host[primary.host];
    shards_.push_back(&shard);
  }

  void Know(const Node& member) {
    zones_known_ = zones_known_ && !member.zone.empty();
    hosts_known_ = hosts_known_ && !member.host.empty();
  }

  int ExcessIn(const NameViewMap<int>& primaries) const {
    int excess = 0;
    for (const auto& [place, count] : primaries) {
      excess += std::max(0, count - spread_.most);
    }
    return excess;
  }

  Place PlaceOf(const Node& node) const {
    const Place place = places_->Of(node);
    return {.zone = zones_known_ ? place.zone : kUnknownPlace,
            .host = hosts_known_ ? place.host : kUnknownPlace};
  }

  void FindSeats() {
    for (const Shard* shard : shards_) {
      NodeList heirs;
      for (const Node* replica : shard->replicas) {
        if (CanBePromoted(*shard, *replica)) {
          heirs.push_back(replica);
        }
      }
      // Whoever is least behind needs the shortest pause.
      std::sort(heirs.begin(), heirs.end(), [](const Node* a, const Node* b) {
        return std::tie(a->lag_bytes, a->member, a->id) < std::tie(b->lag_bytes, b->member, b->id);
      });
      ShardSeats seats{.current = PlaceOf(*shard->primary), .candidates = {}};
      for (const Node* heir : heirs) {
        seats.candidates.push_back(PlaceOf(*heir));
      }
      seats_.push_back(std::move(seats));
      heirs_.push_back(std::move(heirs));
    }
  }

  // Next is always a change that leaves the least excess; of equals, one that relieves a place with
  // too many.
  void PutInOrder(const RoleSpread& chosen) {
    std::map<int, int> in_zone;
    std::map<Place, int> on_host;
    std::vector<size_t> left;
    for (size_t s = 0; s < seats_.size(); ++s) {
      ++in_zone[seats_[s].current.zone];
      ++on_host[seats_[s].current];
      if (chosen.chosen[s] != RoleSpread::kStays) {
        left.push_back(s);
      }
    }
    const auto place_after = [&](size_t s) {
      return seats_[s].candidates[static_cast<size_t>(chosen.chosen[s])];
    };
    const auto growth = [&](size_t s) {
      const Place from = seats_[s].current;
      const Place to = place_after(s);
      const bool zone_relieved = in_zone[from.zone] > spread_.most;
      const bool host_relieved = on_host[from] > spread_.most;
      const int zones = (in_zone[to.zone] >= spread_.most) - zone_relieved;
      const int hosts = (on_host[to] >= spread_.most) - host_relieved;
      return std::tuple(from.zone == to.zone ? 0 : zones, hosts, !zone_relieved, !host_relieved);
    };
    while (!left.empty()) {
      const auto next = std::min_element(left.begin(), left.end(),
                                         [&](size_t a, size_t b) { return growth(a) < growth(b); });
      const size_t s = *next;
      left.erase(next);
      const Place from = seats_[s].current;
      const Place to = place_after(s);
      spread_.changes.push_back(
          {shards_[s]->name, heirs_[s][static_cast<size_t>(chosen.chosen[s])]->id,
           from.zone == to.zone ? Crowd("host", HostName(from), on_host[from])
                                : Crowd("zone", places_->ZoneName(from.zone), in_zone[from.zone])});
      --in_zone[from.zone];
      --on_host[from];
      ++in_zone[to.zone];
      ++on_host[to];
    }
  }

  std::string_view HostName(const Place& place) const {
    return place.host == kUnknownPlace ? std::string_view()
                                       : places_->hosts()[static_cast<size_t>(place.host)];
  }

  static std::string Crowd(std::string_view kind, std::string_view name, int primaries) {
    return fmt::format("{} {} has {} {}", kind, name, primaries,
                       primaries == 1 ? "primary" : "primaries");
  }

  const WorkingSnapshot& now_;
  std::optional<Places> places_;
  bool zones_known_ = true;
  bool hosts_known_ = true;
  bool settled_ = true;
  std::vector<const Shard*> shards_;  // kept
  std::vector<ShardSeats> seats_;     // parallel to them
  std::vector<NodeList> heirs_;       // parallel to the candidates of each
  PrimarySpread spread_;
};

}  // namespace

bool CanBePromoted(const Shard& shard, const Node& replica) {
  return !replica.unobserved && !replica.leaving && !replica.loading &&
         replica.link == Link::kInSync && replica.health == Health::kOk &&
         replica.primary_id == shard.primary->id;
}

PrimarySpread SpreadOf(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal) {
  return Spreader(snapshot, shape, goal).Run();
}

}  // namespace redisop
