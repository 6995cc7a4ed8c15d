// Which earlier steps a step has to wait for. Every kind reads and writes certain aspects of
// certain nodes; a step waits for the last writer of what it reads, and for the readers of what it
// writes. So steps that have nothing to do with each other run at the same time, and the result of
// any order that keeps the dependencies is that of the plan's own order.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_DEPENDENCIES_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_DEPENDENCIES_H_

#include <array>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/plan.h"
#include "services/planner/core/name_table.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

class Dependencies {
 public:
  // The steps, by their numbers, that a step about to be added has to wait for, ascending; and
  // takes note of it as the next step: the first is number 0. Steps that another one waits for
  // already are left out. `before` is the snapshot the step is added to. Valid until the next call.
  const std::vector<size_t>& Add(const StepKind& kind, const WorkingSnapshot& before,
                                 const std::set<size_t>& also_after);

 private:
  enum class Aspect { kExists, kMember, kRole, kSlots, kCopies, kFunctions, kFailover };
  static constexpr size_t kAspects = 7;

  struct History {
    std::vector<size_t> writers;  // one, or those that join
    std::vector<size_t> readers;  // since
  };
  struct AccessVisitor;

  History& HistoryOf(std::string_view node, Aspect aspect);
  void Read(std::string_view node, Aspect aspect);
  void Write(std::string_view node, Aspect aspect);
  // A write that does not disturb others of its kind, such as two replicas that join one primary.
  void Join(std::string_view node, Aspect aspect);
  void WaitFor(size_t step);
  void DropImplied();

  using NodeHistory = std::array<History, kAspects>;
  NameMap<NodeHistory*> history_of_;
  std::deque<NodeHistory> histories_;
  std::vector<std::vector<size_t>> waits_for_;  // by step, ascending
  // Of the step that is being added: its number, what it has to wait for, and, by step, a mark on
  // those that are in the list or implied by it.
  size_t number_ = 0;
  std::vector<size_t> after_;
  std::vector<size_t> listed_by_;
  std::vector<size_t> implied_by_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_DEPENDENCIES_H_
