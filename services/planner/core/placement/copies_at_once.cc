#include "services/planner/core/placement/copies_at_once.h"

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "services/planner/core/placement/copy_network.h"

namespace redisop {
namespace {

// Who of those that go into a pool gets which of its candidates makes no difference.
void TakeFromPools(const CopyNetwork& network, const Flow& flow,
                   std::map<int, std::deque<size_t>> takers, CopyPlacement& placement) {
  for (const CopyNetwork::PoolExit& exit : network.pool_exits()) {
    if (flow.on_arc[static_cast<size_t>(exit.arc)] > 0) {
      std::deque<size_t>& shards = takers[exit.pool];
      placement.shards[shards.front()].candidates.push_back(exit.candidate);
      shards.pop_front();
    }
  }
}

CopyPlacement Read(const CopyNetwork& network, const Flow& flow, size_t shards) {
  using Kind = CopyNetwork::Use::Kind;
  CopyPlacement placement;
  placement.shards.resize(shards);
  std::map<int, std::deque<size_t>> takers;  // by pool: shards, one entry a copy
  for (const CopyNetwork::Use& use : network.uses()) {
    CopyPlacement::OfShard& shard = placement.shards[use.shard];
    for (int64_t k = flow.on_arc[static_cast<size_t>(use.arc)]; k > 0; --k) {
      switch (use.kind) {
        case Kind::kCandidate:
          shard.candidates.push_back(static_cast<size_t>(use.number));
          break;
        case Kind::kPool:
          takers[use.number].push_back(use.shard);
          break;
        case Kind::kNewPod:
          shard.new_pods.push_back(use.number);
          break;
        case Kind::kLacking:
          ++shard.lacking;
          break;
      }
    }
  }
  TakeFromPools(network, flow, std::move(takers), placement);
  return placement;
}

}  // namespace

CopyPlacement PlaceCopiesAtOnce(const CopyProblem& problem) {
  const CopyNetwork network(problem);
  const Flow flow = network.Solve();
  CopyPlacement placement = Read(network, flow, problem.demands.size());
  for (CopyPlacement::OfShard& shard : placement.shards) {
    std::sort(shard.candidates.begin(), shard.candidates.end());
    std::sort(shard.new_pods.begin(), shard.new_pods.end());
  }
  return placement;
}

}  // namespace redisop
