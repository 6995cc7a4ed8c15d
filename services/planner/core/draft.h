// A plan that is being written. Checkers propose steps; each one that passes the gates is added
// with its dependencies and applied to the working snapshot, so that the next checker sees the
// cluster as it will be. A step that doesn't pass is noted as blocked and changes nothing.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_DRAFT_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_DRAFT_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/model/cluster_spec.h"
#include "common/model/plan.h"
#include "services/planner/core/dependencies.h"
#include "services/planner/core/goal.h"
#include "services/planner/core/shape.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

// Why a step is proposed.
struct Reason {
  FindingCode finding = FindingCode::kNone;
  std::string because;          // one line, with figures
  std::set<size_t> after = {};  // further steps, by number, that must be done before
};

class Draft {
 public:
  // `wish` and `limits` must outlive the draft. Requires: a snapshot in canonical order.
  Draft(const ClusterSpec& wish, ClusterSnapshot observed, const Policy& limits);

  const ClusterSpec& spec;
  const Policy& policy;

 private:
  // Above the goal, which is decided on them.
  WorkingSnapshot now_;
  std::optional<Shape> shape_;
  uint64_t shape_version_ = 0;  // that of now_ when shape_ was made

 public:
  const Goal goal;

  // The cluster when all steps so far are done.
  const WorkingSnapshot& now() const { return now_; }
  // Its shards. Valid until it is asked for again; a copy stays as it is.
  const Shape& shape();

  // True when the step was added.
  bool Propose(StepKind kind, Reason reason);
  void Block(BlockedCode code, std::string text, FindingCode finding);
  // Nothing more may be planned on what is observed; the reason was given to Block.
  void Stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

  // Makes an empty node the primary of a shard, for the rest of the plan. The appointments of the
  // goal are made from the start.
  void Appoint(const NodeId& id, const std::string& shard);

  // Number of the step that would be added next, for Reason::after.
  size_t next_number() const { return plan_.steps.size(); }

  Plan& plan() { return plan_; }

 private:
  Plan plan_;
  bool stopped_ = false;
  Dependencies dependencies_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_DRAFT_H_
