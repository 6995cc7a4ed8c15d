// Minimum-cost flow with whole numbers. The only place that knows LEMON.
//
//   FlowNetwork network;
//   const int source = network.AddNode(), sink = network.AddNode();
//   const int arc = network.AddArc(source, sink, /*capacity=*/3, /*cost=*/2);
//   const Flow flow = network.Solve(source, sink, /*amount=*/2);   // flow.on_arc[arc] == 2,
//   flow.cost == 4
//
// The same network gives the same flow. One thread per network.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_FLOW_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_FLOW_H_

#include <cstdint>
#include <vector>

namespace redisop {

struct Flow {
  bool feasible = false;        // false: the amount does not fit through; the rest is empty
  int64_t cost = 0;             // of the whole flow; no flow of this amount costs less
  std::vector<int64_t> on_arc;  // by number of the arc
};

class FlowNetwork {
 public:
  // Number of the node: 0, 1, …
  int AddNode();

  // Number of the arc: 0, 1, … Requires: capacity >= 0; the sum of |cost| * capacity stays below
  // 2^62.
  int AddArc(int from, int to, int64_t capacity, int64_t cost);

  // Arcs of capacity 1 whose costs grow: the k-th unit costs first_cost + k * growth. For convex
  // costs, such as "each further copy in the same zone is worse". Returns the number of the first
  // of `units` arcs.
  int AddConvexArcs(int from, int to, int units, int64_t first_cost, int64_t growth);

  // The cheapest way to send `amount` from `source` to `sink`.
  Flow Solve(int source, int sink, int64_t amount) const;

 private:
  struct Arc {
    int from;
    int to;
    int64_t capacity;
    int64_t cost;
  };
  int nodes_ = 0;
  std::vector<Arc> arcs_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_FLOW_H_
