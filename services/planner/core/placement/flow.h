// Minimum-cost flow with whole numbers. The only place that knows LEMON.
//
// A cost has several levels, compared like words in a dictionary: one unit of an earlier level
// outweighs any amount of the later ones. No weights have to be chosen, and none can overflow.
//
//   FlowNetwork network;
//   const int source = network.AddNode(), sink = network.AddNode();
//   const int arc = network.AddArc(source, sink, /*capacity=*/3, CostAt(0, 2));
//   const Flow flow = network.Solve(source, sink, /*amount=*/2);   // flow.on_arc[arc] == 2,
//   flow.cost[0] == 4
//
// The same network gives the same flow. One thread per network.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_FLOW_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_FLOW_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace redisop {

// Of one unit of flow on an arc, or of a whole flow. Earlier levels outweigh later ones.
using FlowCost = std::array<int64_t, 8>;

// `units` at one level, nothing at the others.
FlowCost CostAt(size_t level, int64_t units);
FlowCost operator+(FlowCost a, const FlowCost& b);

struct Flow {
  bool feasible = false;        // false: the amount does not fit through; the rest is empty
  FlowCost cost{};              // of the whole flow; no flow of this amount costs less
  std::vector<int64_t> on_arc;  // by number of the arc
};

class FlowNetwork {
 public:
  // Number of the node: 0, 1, …
  int AddNode();

  // Number of the arc: 0, 1, … Requires: capacity >= 0; at every level the sum of |cost| * capacity
  // stays below 2^60.
  int AddArc(int from, int to, int64_t capacity, const FlowCost& cost);

  // Arcs of capacity 1 whose costs grow: the k-th unit costs `cost` and k * growth at `level`. For
  // convex costs, such as "each further copy in the same zone is worse". Returns the number of the
  // first of `units` arcs. Requires: growth >= 0.
  int AddConvexArcs(int from, int to, int units, const FlowCost& cost, size_t level,
                    int64_t growth);

  int arcs() const { return static_cast<int>(arcs_.size()); }
  // Of one unit on the arc.
  const FlowCost& CostOf(int arc) const { return arcs_[static_cast<size_t>(arc)].cost; }

  // The cheapest way to send `amount` from `source` to `sink`.
  Flow Solve(int source, int sink, int64_t amount) const;

 private:
  struct Arc {
    int from;
    int to;
    int64_t capacity;
    FlowCost cost;
  };
  class Solver;

  int nodes_ = 0;
  std::vector<Arc> arcs_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_FLOW_H_
