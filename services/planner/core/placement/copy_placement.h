// Which nodes copy which shard, and where new pods go, so that the copies of one shard are apart.
//
// Pure functions. The answer is a minimum over all placements there are, level by level:
//   1. copies that a required rule leaves out,
//   2. pairs of copies of one shard on one host; new pods, and nodes whose zone alone is known, are
//      taken to be on the hosts of their zone with the fewest,
//   3. pairs of copies of one shard in one zone,
//   4. what is not ready: two for a pod that has to be created, one for a doubtful node (before 2
//      when only gaps are to be filled),
//   5. bytes that nodes have to synchronise,
//   6. unevenness of the zones' filling, for their number of hosts,
//   7. the order of the candidates, then an arbitrary taste of shards for places, by their tags: so
//      a choice that is carried out in part is chosen again.
// It is a minimum-cost flow: shard → zone → host → candidate or new pod. Pairs grow by one more
// with each copy at the same place, so the costs are convex and the flow is exact
// (copy_placement_test.cc compares with exhaustive search).
//
// Where shards share no candidates each is placed in turn, which loses nothing at levels 1 to 5. So
// is each when shards and shared places are so many that one flow would take long: then a later
// shard may be placed worse than it could be.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_PLACEMENT_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_PLACEMENT_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/planner/core/placement/place.h"

namespace redisop {

// One shard.
struct CopyDemand {
  std::vector<Place> fixed;  // copies that stay whatever is decided, such as the primary; each with
                             // its host, or without any place
  int wanted = 0;            // further copies
  // Of those, the ones that nobody is there for yet. Where no host is known, no more new pods are
  // asked for than that, and in all no more than the spare candidates leave to be wished for.
  int missing = 0;
  bool takes_new_pods = true;
  bool gives_only = false;  // takes no candidates but those at home
  int64_t bytes = 1;        // of one full synchronisation, 1 … 2^40
  uint32_t tag = 0;
};

// A node that could copy a shard.
struct CopyCandidate {
  // kBehind: copies its home, but is not in sync. kDoubtful: empty, as far as is known, and perhaps
  // of no use.
  enum class Standing { kInSync, kBehind, kEmpty, kDoubtful };
  static constexpr int kNobody = -1;

  Place place;
  int home = kNobody;  // number of the shard it copies, or is to copy
  bool bound = false;  // only its home may use it
  bool stays = false;  // its home uses it whatever it costs, such as a primary that is nowhere yet
  Standing standing = Standing::kEmpty;  // at home; elsewhere it is as good as empty
  int order = 0;                         // the lower ones are preferred, 0 … 10^4
};

struct CopyProblem {
  // kFill: what is ready is used before anything else. kImprove: a pod is created for every pair
  // that it avoids.
  enum class Aim { kFill, kImprove };

  Aim aim = Aim::kFill;
  std::vector<CopyDemand> demands;
  std::vector<CopyCandidate> candidates;
  // By host, in the numbers of the places: its zone when pods may be created on it, otherwise
  // kNoPods. Empty or all kNoPods: no such host is known.
  static constexpr int kNoPods = -2;
  std::vector<int> zone_of_host;
  // By zone: copies of shards that are not part of the problem, for the filling.
  std::vector<int> copies_in_zone;
  // By zone and by host.
  std::vector<uint32_t> zone_tags;
  std::vector<uint32_t> host_tags;
  bool hosts_required = false;
  bool zones_required = false;
};

struct CopyPairs {
  int hosts = 0;
  int zones = 0;
  friend auto operator<=>(const CopyPairs&, const CopyPairs&) = default;
};

struct CopyPlacement {
  struct OfShard {
    std::vector<size_t> candidates;  // ascending numbers
    std::vector<int> new_pods;       // the zone of each, ascending; kUnknownPlace: anywhere
    int lacking = 0;                 // copies that a required rule leaves out; no node that is a
                                     // copy now is driven out by one
  };
  std::vector<OfShard> shards;
};

// Requires: places and homes in range.
CopyPlacement PlaceCopies(const CopyProblem& problem);

// The pairs among copies at these places.
CopyPairs PairsOf(const std::vector<Place>& copies);

// The fewest pairs that `copies` copies in `places` places can have: those of an even spread.
int FewestPairs(int copies, int places);

// Copies that have to share a host with another one of their shard, whoever copies whom, when host
// h has nodes[h] nodes and there are `shards` shards: sum of max(0, nodes[h] - shards) (Gale–Ryser
// condition). No assignment does better, and one that reaches it exists.
int FewestTogether(const std::vector<int>& nodes, int shards);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_PLACEMENT_H_
