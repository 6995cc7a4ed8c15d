#include "services/planner/core/placement/flow.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <cstdlib>

namespace redisop {

FlowCost CostAt(size_t level, int64_t units) {
  FlowCost cost{};
  cost[level] = units;
  return cost;
}

FlowCost operator+(FlowCost a, const FlowCost& b) {
  for (size_t level = 0; level < a.size(); ++level) {
    a[level] += b[level];
  }
  return a;
}

int FlowNetwork::AddNode() { return nodes_++; }

int FlowNetwork::AddArc(int from, int to, int64_t capacity, const FlowCost& cost) {
  arcs_.push_back({from, to, capacity, cost});
  return static_cast<int>(arcs_.size()) - 1;
}

int FlowNetwork::AddConvexArcs(int from, int to, int units, const FlowCost& cost, size_t level,
                               int64_t growth) {
  const int first = static_cast<int>(arcs_.size());
  for (int k = 0; k < units; ++k) {
    AddArc(from, to, 1, cost + CostAt(level, k * growth));
  }
  return first;
}

// Minimises one level after the other; levels whose costs fit into one number are minimised at
// once. The flows that are cheapest at a level are exactly those that keep every arc at its bound
// where an optimal dual says so (complementary slackness); with these arcs fixed, the next level
// chooses among them.
class FlowNetwork::Solver {
 public:
  explicit Solver(const FlowNetwork& network)
      : arcs_(network.arcs_), lower_(graph_), upper_(graph_), cost_(graph_) {
    graph_.reserveNode(network.nodes_);
    graph_.reserveArc(static_cast<int>(arcs_.size()));
    for (int i = 0; i < network.nodes_; ++i) {
      graph_.addNode();
    }
    for (const Arc& arc : arcs_) {
      const Graph::Arc added =
          graph_.addArc(Graph::nodeFromId(arc.from), Graph::nodeFromId(arc.to));
      lower_[added] = 0;
      upper_[added] = arc.capacity;
    }
  }

  Flow Solve(int source, int sink, int64_t amount) {
    Flow flow;
    for (size_t level = 0; level < flow.cost.size();) {
      level = Combine(level, amount);
      if (!SolveCombined(source, sink, amount, flow)) {
        return Flow();
      }
    }
    for (size_t i = 0; i < arcs_.size(); ++i) {
      for (size_t level = 0; level < flow.cost.size(); ++level) {
        flow.cost[level] += flow.on_arc[i] * arcs_[i].cost[level];
      }
    }
    flow.feasible = true;
    return flow;
  }

 private:
  using Graph = lemon::SmartDigraph;
  using Simplex = lemon::NetworkSimplex<Graph, int64_t, int64_t>;
  // Of what the solver adds up; it needs the two bits above for itself.
  static constexpr int64_t kSumMax = int64_t{1} << 60;

  // No two flows differ by more at this level.
  int64_t SpanOf(size_t level, int64_t amount) const {
    int64_t span = 0;
    for (const Arc& arc : arcs_) {
      span += std::abs(arc.cost[level]) * std::clamp<int64_t>(arc.capacity, 1, amount + 1);
    }
    return span;
  }

  // Sets the costs to those of level `first` and of as many of the next ones as fit, each weighed
  // so that it outweighs what follows. Returns the level after them.
  size_t Combine(size_t first, int64_t amount) {
    for (size_t i = 0; i < arcs_.size(); ++i) {
      cost_[ArcOf(i)] = arcs_[i].cost[first];
    }
    int64_t span = SpanOf(first, amount);
    size_t level = first + 1;
    for (; level < FlowCost().size(); ++level) {
      const int64_t next = SpanOf(level, amount);
      if (span + 1 > kSumMax / (next + 1)) {
        break;
      }
      for (size_t i = 0; i < arcs_.size(); ++i) {
        cost_[ArcOf(i)] = cost_[ArcOf(i)] * (next + 1) + arcs_[i].cost[level];
      }
      span = span * (next + 1) + next;
    }
    return level;
  }

  bool SolveCombined(int source, int sink, int64_t amount, Flow& flow) {
    Simplex simplex(graph_);
    simplex.lowerMap(lower_).upperMap(upper_).costMap(cost_).stSupply(
        Graph::nodeFromId(source), Graph::nodeFromId(sink), amount);
    if (simplex.run() != Simplex::OPTIMAL) {
      return false;
    }
    flow.on_arc.resize(arcs_.size());
    for (size_t i = 0; i < arcs_.size(); ++i) {
      const Graph::Arc arc = ArcOf(i);
      flow.on_arc[i] = simplex.flow(arc);
      const int64_t reduced = cost_[arc] + simplex.potential(graph_.source(arc)) -
                              simplex.potential(graph_.target(arc));
      if (reduced > 0) {
        upper_[arc] = lower_[arc];
      } else if (reduced < 0) {
        lower_[arc] = upper_[arc];
      }
    }
    return true;
  }

  static Graph::Arc ArcOf(size_t number) { return Graph::arcFromId(static_cast<int>(number)); }

  const std::vector<Arc>& arcs_;
  Graph graph_;
  Graph::ArcMap<int64_t> lower_;
  Graph::ArcMap<int64_t> upper_;
  Graph::ArcMap<int64_t> cost_;
};

Flow FlowNetwork::Solve(int source, int sink, int64_t amount) const {
  return Solver(*this).Solve(source, sink, amount);
}

}  // namespace redisop
