// The zones and hosts of a snapshot as numbers, for the problems of placement/.
//
// Numbers follow the order of the names. Immutable; the snapshot is only read by the constructor.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACES_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACES_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/planner/core/name_table.h"
#include "services/planner/core/placement/copy_placement.h"
#include "services/planner/core/placement/place.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

class Places {
 public:
  explicit Places(const WorkingSnapshot& snapshot);
  Places(const Places&) = delete;
  Places& operator=(const Places&) = delete;

  Place Of(const Node& node) const;

  // Those of hosts and of nodes.
  const std::vector<std::string>& zones() const { return zones_; }
  const std::vector<std::string>& hosts() const { return hosts_; }

  // The fewest pairs that so many copies of a shard can have: those that the number of hosts and of
  // zones makes that take pods or have nodes. 0 while a node is somewhere unknown.
  CopyPairs FewestPairsOf(int copies) const;

  // Empty for kUnknownPlace.
  std::string_view ZoneName(int zone) const;

  // By host: its zone when pods may be created on it, otherwise CopyProblem::kNoPods. Where zones
  // are known, hosts without one take no pods: a pod could not be sent there.
  const std::vector<int>& zone_of_host() const { return zone_of_host_; }
  // By zone: how many of its hosts take pods.
  const std::vector<int>& rooms_of_zone() const { return rooms_of_zone_; }
  // How many hosts take pods. 0: nothing is known of where pods could go.
  int rooms() const { return rooms_; }

 private:
  void CountUsable(const WorkingSnapshot& snapshot);

  std::vector<std::string> zones_;
  std::vector<std::string> hosts_;
  NameViewMap<int> zone_numbers_;  // keys are names of zones_
  NameViewMap<int> host_numbers_;
  std::vector<int> zone_of_host_;
  std::vector<int> rooms_of_zone_;
  int rooms_ = 0;
  int usable_hosts_ = 0;
  int usable_zones_ = 0;
  bool hosts_known_ = true;
  bool zones_known_ = true;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACES_H_
