#include "services/planner/core/placement/copy_placement.h"

#include <algorithm>

#include "services/planner/core/placement/flow.h"

namespace redisop {
namespace {

// The filling of a domain is compared per unit of capacity, in parts of this.
constexpr int64_t kFillingScale = 5040;  // divisible by 1 … 10

struct Model {
  FlowNetwork network;
  int source = 0;
  int sink = 0;
  int64_t total = 0;
  std::vector<std::vector<int>> first_arc;  // by shard and domain; -1: none
};

Model BuildModel(const std::vector<ShardCopies>& shards, const std::vector<int>& capacity) {
  Model model;
  model.source = model.network.AddNode();
  model.sink = model.network.AddNode();
  std::vector<int> filled(capacity.size(), 0);
  for (const ShardCopies& shard : shards) {
    model.total += shard.missing;
    for (const int domain : shard.placed) {
      ++filled[static_cast<size_t>(domain)];
    }
  }
  const int units = static_cast<int>(model.total);
  // One copy more in a shard's own domain outweighs every difference in filling.
  int64_t filling_max = 1;
  std::vector<int> domain_nodes;
  for (size_t d = 0; d < capacity.size(); ++d) {
    domain_nodes.push_back(model.network.AddNode());
    if (capacity[d] > 0) {
      const int64_t unit = kFillingScale / capacity[d];
      model.network.AddConvexArcs(domain_nodes[d], model.sink, units, filled[d] * unit, unit);
      filling_max = std::max(filling_max, (filled[d] + units) * kFillingScale);
    }
  }
  const int64_t together = filling_max * (model.total + 1);
  for (const ShardCopies& shard : shards) {
    const int node = model.network.AddNode();
    model.network.AddArc(model.source, node, shard.missing, 0);
    model.first_arc.emplace_back();
    for (size_t d = 0; d < capacity.size(); ++d) {
      const auto here = std::count(shard.placed.begin(), shard.placed.end(), static_cast<int>(d));
      model.first_arc.back().push_back(
          capacity[d] == 0 ? -1
                           : model.network.AddConvexArcs(node, domain_nodes[d], shard.missing,
                                                         here * together, together));
    }
  }
  return model;
}

int CountTogether(const std::vector<int>& domains) {
  std::vector<int> sorted = domains;
  std::sort(sorted.begin(), sorted.end());
  const auto distinct = std::unique(sorted.begin(), sorted.end()) - sorted.begin();
  return static_cast<int>(domains.size()) - static_cast<int>(distinct);
}

}  // namespace

CopyPlacement PlaceCopies(const std::vector<ShardCopies>& shards,
                          const std::vector<int>& capacity) {
  const Model model = BuildModel(shards, capacity);
  const Flow flow = model.network.Solve(model.source, model.sink, model.total);
  CopyPlacement placement;
  for (size_t s = 0; s < shards.size(); ++s) {
    placement.domains.emplace_back();
    for (size_t d = 0; flow.feasible && d < capacity.size(); ++d) {
      const int first = model.first_arc[s][d];
      for (int k = 0; first >= 0 && k < shards[s].missing; ++k) {
        if (flow.on_arc[static_cast<size_t>(first + k)] > 0) {
          placement.domains.back().push_back(static_cast<int>(d));
        }
      }
    }
    std::vector<int> all = shards[s].placed;
    all.insert(all.end(), placement.domains.back().begin(), placement.domains.back().end());
    placement.together += CountTogether(all);
  }
  return placement;
}

int FewestTogether(const std::vector<int>& pods, int shards) {
  int together = 0;
  for (const int count : pods) {
    together += std::max(0, count - shards);
  }
  return together;
}

}  // namespace redisop
