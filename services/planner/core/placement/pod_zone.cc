#include "services/planner/core/placement/pod_zone.h"

#include <algorithm>
#include <tuple>

#include "services/planner/core/placement/copy_placement.h"
#include "services/planner/core/shape.h"

namespace redisop {

PodZones::PodZones(const WorkingSnapshot& snapshot) {
  std::map<std::string, int> hosts;
  for (const Host& host : snapshot.hosts()) {
    if (!host.zone.empty() && !host.unschedulable) {
      ++hosts[host.zone];
    }
  }
  for (const auto& [zone, count] : hosts) {
    names_.push_back(zone);
    hosts_.push_back(count);
  }
  const Shape shape = ShapeOf(snapshot);
  for (const auto& [id, node] : snapshot.nodes()) {
    const Shard* shard = shape.ShardOf(id);
    if (IsLost(node) || node.leaving || shard == nullptr) {
      continue;
    }
    ++pods_[node.zone];
    copies_[shard->name].push_back(node.zone);
    primaries_[node.zone] += shard->primary == id ? 1 : 0;
  }
}

std::string PodZones::ForPrimary(const std::string& shard) {
  if (!known()) {
    return std::string();
  }
  size_t best = 0;
  const auto cost = [&](size_t i) {
    return std::tuple(!IsFree(shard, names_[i]), primaries_[names_[i]],
                      static_cast<double>(pods_[names_[i]]) / hosts_[i]);
  };
  for (size_t i = 1; i < names_.size(); ++i) {
    best = cost(i) < cost(best) ? i : best;
  }
  copies_[shard].push_back(names_[best]);
  ++pods_[names_[best]];
  ++primaries_[names_[best]];
  return names_[best];
}

std::map<std::string, std::vector<std::string>> PodZones::ForReplicas(
    const std::map<std::string, int>& missing) const {
  std::map<std::string, std::vector<std::string>> chosen;
  std::vector<std::string> shards;
  std::vector<ShardCopies> problem;
  for (const auto& [shard, count] : missing) {
    ShardCopies copies{.placed = {}, .missing = known() ? count : 0};
    if (const auto found = copies_.find(shard); found != copies_.end()) {
      for (const std::string& zone : found->second) {
        const auto at = std::lower_bound(names_.begin(), names_.end(), zone);
        if (at != names_.end() && *at == zone) {
          copies.placed.push_back(static_cast<int>(at - names_.begin()));
        }
      }
    }
    shards.push_back(shard);
    problem.push_back(std::move(copies));
    chosen[shard].assign(known() ? 0 : static_cast<size_t>(count), std::string());
  }
  if (!known()) {
    return chosen;
  }
  const CopyPlacement placement = PlaceCopies(problem, hosts_);
  for (size_t i = 0; i < shards.size(); ++i) {
    for (const int domain : placement.domains[i]) {
      chosen[shards[i]].push_back(names_[static_cast<size_t>(domain)]);
    }
  }
  return chosen;
}

bool PodZones::IsFree(const std::string& shard, const std::string& zone) const {
  const auto copies = copies_.find(shard);
  return copies == copies_.end() ||
         std::find(copies->second.begin(), copies->second.end(), zone) == copies->second.end();
}

}  // namespace redisop
