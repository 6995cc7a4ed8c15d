// Which earlier steps a step has to wait for. Every kind reads and writes certain aspects of
// certain nodes; a step waits for the last writer of what it reads, and for the readers of what it
// writes. So steps that have nothing to do with each other run at the same time, and the result of
// any order that keeps the dependencies is that of the plan's own order.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_DEPENDENCIES_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_DEPENDENCIES_H_

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "common/model/plan.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

class Dependencies {
 public:
  // The steps, by their numbers, that a step about to be added has to wait for; and takes note of
  // it as step number `number`. Steps that another one waits for already are left out. `before` is
  // the snapshot the step is added to. Numbers are given in ascending order.
  std::vector<size_t> Add(size_t number, const StepKind& kind, const WorkingSnapshot& before,
                          std::set<size_t> also_after);

 private:
  enum class Aspect { kExists, kMember, kRole, kSlots, kCopies, kFunctions, kFailover };
  using Key = std::pair<NodeId, Aspect>;
  struct Access {
    std::vector<Key> reads;
    std::vector<Key> writes;
    // Writes that do not disturb each other, such as two replicas that join one primary.
    std::vector<Key> joins = {};
  };
  struct History {
    std::set<size_t> writers;  // one, or those that join
    std::set<size_t> readers;  // since
  };
  struct AccessVisitor;

  std::map<Key, History> history_;
  std::map<size_t, std::vector<size_t>> waits_for_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_DEPENDENCIES_H_
