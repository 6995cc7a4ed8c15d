// In which zones new pods should run.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_POD_ZONE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_POD_ZONE_H_

#include <map>
#include <string>
#include <vector>

#include "services/planner/core/working_snapshot.h"

namespace redisop {

class PodZones {
 public:
  // The zones with hosts that take pods. None when hosts or their zones are not known: whoever
  // creates the pods decides, and all answers are empty.
  explicit PodZones(const WorkingSnapshot& snapshot);

  bool known() const { return !names_.empty(); }
  size_t size() const { return names_.size(); }

  // For the first member of a shard, which is to be its primary: the zone with the fewest
  // primaries, then with the fewest pods for its hosts, then by name. Takes note of the choice.
  std::string ForPrimary(const std::string& shard);

  // For so many further copies of each shard: apart from each other and from those that are there,
  // as far as the zones allow, then even over all zones (minimum-cost flow). By shard, one entry a
  // copy.
  std::map<std::string, std::vector<std::string>> ForReplicas(
      const std::map<std::string, int>& missing) const;

  // Whether the shard has no copy in that zone.
  bool IsFree(const std::string& shard, const std::string& zone) const;

 private:
  std::vector<std::string> names_;  // ascending
  std::vector<int> hosts_;          // of each zone
  std::map<std::string, int> pods_;
  std::map<std::string, int> primaries_;
  std::map<std::string, std::vector<std::string>> copies_;  // zones by shard
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_POD_ZONE_H_
