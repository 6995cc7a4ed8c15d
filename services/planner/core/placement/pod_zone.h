// In which zone a new pod should run.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_POD_ZONE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_POD_ZONE_H_

#include <map>
#include <string>
#include <vector>

#include "services/planner/core/working_snapshot.h"

namespace redisop {

class PodZones {
 public:
  // The zones with hosts that take pods. Empty when hosts or their zones are not known: whoever
  // creates the pods decides.
  explicit PodZones(const WorkingSnapshot& snapshot);

  const std::vector<std::string>& zones() const { return names_; }

  // The zone with the fewest copies of the shard, then (for a first member, which is to be the
  // primary) with the fewest primaries, then with the fewest pods for its hosts; then by name.
  // Empty text when zones are not known. Takes note of the choice.
  std::string Choose(const std::string& shard, bool primary);

  // Whether a further copy of the shard fits into a zone that has none.
  bool HasFreeZone(const std::string& shard) const;

 private:
  std::vector<std::string> names_;
  std::map<std::string, int> hosts_;
  std::map<std::string, int> pods_;
  std::map<std::string, int> primaries_;
  std::map<std::string, std::map<std::string, int>> copies_;  // shard, zone
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_POD_ZONE_H_
