#include "services/planner/core/placement/flow.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wshadow"
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#pragma GCC diagnostic pop

namespace redisop {

int FlowNetwork::AddNode() { return nodes_++; }

int FlowNetwork::AddArc(int from, int to, int64_t capacity, int64_t cost) {
  arcs_.push_back({from, to, capacity, cost});
  return static_cast<int>(arcs_.size()) - 1;
}

int FlowNetwork::AddConvexArcs(int from, int to, int units, int64_t first_cost, int64_t growth) {
  const int first = static_cast<int>(arcs_.size());
  for (int k = 0; k < units; ++k) {
    AddArc(from, to, 1, first_cost + k * growth);
  }
  return first;
}

Flow FlowNetwork::Solve(int source, int sink, int64_t amount) const {
  using Graph = lemon::SmartDigraph;
  Graph graph;
  graph.reserveNode(nodes_);
  graph.reserveArc(static_cast<int>(arcs_.size()));
  std::vector<Graph::Node> nodes;
  nodes.reserve(static_cast<size_t>(nodes_));
  for (int i = 0; i < nodes_; ++i) {
    nodes.push_back(graph.addNode());
  }
  Graph::ArcMap<int64_t> capacity(graph);
  Graph::ArcMap<int64_t> cost(graph);
  std::vector<Graph::Arc> arcs;
  arcs.reserve(arcs_.size());
  for (const Arc& arc : arcs_) {
    arcs.push_back(
        graph.addArc(nodes[static_cast<size_t>(arc.from)], nodes[static_cast<size_t>(arc.to)]));
    capacity[arcs.back()] = arc.capacity;
    cost[arcs.back()] = arc.cost;
  }
  lemon::NetworkSimplex<Graph, int64_t, int64_t> simplex(graph);
  simplex.upperMap(capacity).costMap(cost).stSupply(nodes[static_cast<size_t>(source)],
                                                    nodes[static_cast<size_t>(sink)], amount);
  Flow flow;
  if (simplex.run() != simplex.OPTIMAL) {
    return flow;
  }
  flow.feasible = true;
  flow.cost = simplex.totalCost<int64_t>();
  flow.on_arc.reserve(arcs.size());
  for (const Graph::Arc& arc : arcs) {
    flow.on_arc.push_back(simplex.flow(arc));
  }
  return flow;
}

}  // namespace redisop
