// What one copy costs, at the levels that copy_placement.h names.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_COST_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_COST_H_

#include <cstddef>
#include <cstdint>
#include <map>

#include "services/planner/core/placement/copy_placement.h"
#include "services/planner/core/placement/flow.h"

namespace redisop {

class CopyCost {
 public:
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

  // `problem` must outlive this.
  explicit CopyCost(const CopyProblem& problem);

  // Of a candidate for what it is, whoever uses it.
  FlowCost OfCandidate(const CopyCandidate& candidate) const;
  // Of one at home in shard `s`; of one that is nowhere; of a new pod in the zone, or anywhere.
  FlowCost AtHome(size_t s, const CopyCandidate& candidate) const;
  FlowCost OfSpare(size_t s, const Place& place) const;
  FlowCost OfNewPod(size_t s, int zone) const;

  // The filling of a zone: what it costs to be the next one there, and how much more each further
  // one costs. Compared per host.
  struct Filling {
    int64_t first = 0;
    int64_t growth = 0;
  };
  Filling FillingOf(int zone) const;

  // By zone, how many of its hosts take pods. Without an entry: none.
  const std::map<int, int>& hosts_in_zone() const { return hosts_in_zone_; }
  // Whether that is one of them.
  bool TakesPods(const Place& host) const;

 private:
  FlowCost Unready(int64_t units) const;
  FlowCost Taste(size_t s, const Place& place) const;

  const CopyProblem& problem_;
  std::map<int, int> hosts_in_zone_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_COST_H_
