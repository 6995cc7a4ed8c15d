// What decisions about copies have in common: a CopyProblem that is put together shard by shard,
// and what its numbers stand for. For copy_goal.cc.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_COPY_DECISION_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_COPY_DECISION_H_

#include <string>
#include <vector>

#include "services/planner/core/copy_goal.h"
#include "services/planner/core/places.h"
#include "services/planner/core/shard_nodes.h"

namespace redisop {

class CopyDecision {
 public:
  // All must outlive this.
  CopyDecision(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
               const ClusterSpec& spec, CopyProblem::Aim aim);

  CopyGoal Solve() const;

 protected:
  const Node& PrimaryOf(const Shard& shard) const { return *shard.primary; }

  // Whether the shard's primary is a member that stays; and whether it serves besides, so that its
  // replicas may be chosen anew.
  bool HasPrimary(const Shard& shard) const;
  bool IsSteady(const Shard& shard) const;
  // A replica that no label ties to its shard may copy another one, if the shard keeps one in sync
  // meanwhile: one of several that are promised, where it could be replaced, or one that is
  // surplus.
  bool MayMove(const Shard& shard, const Node& replica) const;
  bool HasMovable(const Shard& shard) const;
  // A pod that takes somebody's place is told which hosts to keep off.
  bool CanReplace(const Shard& shard) const { return !PrimaryOf(shard).host.empty(); }

  // What copies the shard stays; so many copies are to be added.
  void AddGap(const Shard& shard, int gap);
  // Its replicas are chosen anew. `exchange`: also among those of other shards.
  void AddChoice(const Shard& shard, bool exchange);
  // The shard stays as it is.
  void LeaveAlone(const Shard& shard);
  // Nodes that any shard may take.
  void AddSpares(NodeList spares);
  bool HasDemands() const { return !problem_.demands.empty(); }

  const WorkingSnapshot& now_;
  const Shape& shape_;
  const Goal& goal_;
  const ClusterSpec& spec_;
  const Places places_;

 private:
  CopyCandidate::Standing StandingOf(const Node& node) const;
  bool InSync(const Node* node) const {
    return StandingOf(*node) == CopyCandidate::Standing::kInSync;
  }
  // Returns its number.
  int AddDemand(const Shard& shard, NodeList fixed, CopyDemand demand);
  void AddCandidates(NodeList nodes, int home, bool bound);
  std::vector<std::string> ZoneNames(const std::vector<int>& zones) const;
  CopyPairs PairsAfter(size_t demand, const CopyPlacement::OfShard& shard) const;

  CopyProblem problem_;
  std::vector<std::string> names_;  // of the demands
  std::vector<NodeList> fixed_;     // by demand
  NodeList nodes_;                  // the candidates
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_COPY_DECISION_H_
