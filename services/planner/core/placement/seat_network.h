// The part of a flow network that counts primaries: each one passes its host and its zone, and
// those above the most that either may hold cost an excess.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_SEAT_NETWORK_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_SEAT_NETWORK_H_

#include <cstddef>
#include <map>
#include <vector>

#include "services/planner/core/placement/flow.h"
#include "services/planner/core/placement/role_spread.h"

namespace redisop {

class SeatNetwork {
 public:
  struct Levels {
    size_t zone_excess;
    size_t host_excess;
    // Where the second primary of a place costs one more than the first, and so on.
    bool even = false;
    size_t zone_filling = 0;
    size_t host_filling = 0;
  };

  // Everything that passes goes to `end`. `shards`: who may pass; `most`: per zone and per host.
  // `network` must outlive this.
  SeatNetwork(FlowNetwork& network, int end, const std::vector<ShardSeats>& shards, int most,
              const Levels& levels);

  // Where a primary at this place enters.
  int NodeOf(const Place& place);

 private:
  int ZoneNode(int zone);
  void AddLimit(int from, int to, int reach, size_t excess, size_t filling);

  FlowNetwork& network_;
  const int end_;
  const int most_;
  const Levels levels_;
  // How many shards could have their primary there: no arc needs more units.
  std::map<int, int> zone_reach_;
  std::map<Place, int> host_reach_;
  std::map<int, int> zones_;
  std::map<Place, int> hosts_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_SEAT_NETWORK_H_
