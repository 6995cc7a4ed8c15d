#include "services/planner/core/placement/pod_zone.h"

#include <algorithm>
#include <tuple>

#include "services/planner/core/shape.h"

namespace redisop {

PodZones::PodZones(const WorkingSnapshot& snapshot) {
  for (const Host& host : snapshot.hosts()) {
    if (!host.zone.empty() && !host.unschedulable) {
      ++hosts_[host.zone];
    }
  }
  for (const auto& [zone, count] : hosts_) {
    names_.push_back(zone);
  }
  const Shape shape = ShapeOf(snapshot);
  for (const auto& [id, node] : snapshot.nodes()) {
    const Shard* shard = shape.ShardOf(id);
    if (IsLost(node) || node.leaving || shard == nullptr) {
      continue;
    }
    ++pods_[node.zone];
    ++copies_[shard->name][node.zone];
    primaries_[node.zone] += shard->primary == id ? 1 : 0;
  }
}

std::string PodZones::Choose(const std::string& shard, bool primary) {
  if (names_.empty()) {
    return std::string();
  }
  auto& copies = copies_[shard];
  const auto cost = [&](const std::string& zone) {
    return std::tuple(copies[zone], primary ? primaries_[zone] : 0,
                      static_cast<double>(pods_[zone]) / hosts_[zone]);
  };
  const auto best = std::min_element(
      names_.begin(), names_.end(),
      [&](const std::string& a, const std::string& b) { return cost(a) < cost(b); });
  ++copies[*best];
  ++pods_[*best];
  primaries_[*best] += primary ? 1 : 0;
  return *best;
}

bool PodZones::HasFreeZone(const std::string& shard) const {
  const auto copies = copies_.find(shard);
  return std::any_of(names_.begin(), names_.end(), [&](const std::string& zone) {
    return copies == copies_.end() || !copies->second.contains(zone);
  });
}

}  // namespace redisop
