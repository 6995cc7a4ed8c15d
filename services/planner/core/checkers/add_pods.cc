#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "services/planner/core/checkers.h"
#include "services/planner/core/placement/pod_zone.h"

namespace redisop {
namespace {

// Nodes of the shard that stay: those whose pod is leaving, and those that are lost, do not count.
int MembersOf(const Draft& draft, const Shard& shard) {
  int members = 0;
  const auto count = [&](const NodeId& id) {
    const Node* node = draft.now().Find(id);
    members += node != nullptr && !node->leaving && !IsLost(*node) ? 1 : 0;
  };
  count(shard.primary);
  std::for_each(shard.replicas.begin(), shard.replicas.end(), count);
  std::for_each(shard.joining.begin(), shard.joining.end(), count);
  return members;
}

// Every shard is there with all its members: nothing has to be placed.
bool IsComplete(const Draft& draft, const Shape& shape) {
  return std::all_of(draft.goal.kept.begin(), draft.goal.kept.end(), [&](const std::string& name) {
    const Shard* shard = shape.Find(name);
    return shard != nullptr && MembersOf(draft, *shard) > draft.spec.replication_factor;
  });
}

// The smallest number whose pod name is not held by a pod that stays.
int FreeMember(const Draft& draft, const std::string& shard) {
  int member = 0;
  while (draft.now().Find(fmt::format("{}-{}-{}", draft.spec.name, shard, member)) != nullptr) {
    ++member;
  }
  return member;
}

bool CreateOne(Draft& draft, const std::string& shard, bool primary, const std::string& zone) {
  const int member = FreeMember(draft, shard);
  const int replicas = draft.spec.replication_factor;
  return draft.Propose(
      CreatePod{fmt::format("{}-{}-{}", draft.spec.name, shard, member), shard, member, zone},
      {primary ? FindingCode::kShardMissing : FindingCode::kReplicaMissing,
       primary ? fmt::format("shard {} has no node yet", shard)
               : fmt::format("shard {} needs {} {}", shard, replicas,
                             replicas == 1 ? "replica" : "replicas")});
}

// Pods for the further copies of each shard.
void CreateReplicas(Draft& draft, const PodZones& zones,
                    const std::map<std::string, int>& missing) {
  std::map<std::string, std::vector<std::string>> chosen = zones.ForReplicas(missing);
  for (const std::string& shard : draft.goal.kept) {
    std::set<std::string> used;
    for (const std::string& zone : chosen[shard]) {
      const bool together = !used.insert(zone).second || !zones.IsFree(shard, zone);
      if (together && draft.spec.zones == Spread::kRequired && zones.known()) {
        draft.Block(BlockedCode::kPlacementImpossible,
                    fmt::format("another copy of shard {} would share a zone: {} zones take pods",
                                shard, zones.size()),
                    FindingCode::kReplicaMissing);
      } else {
        CreateOne(draft, shard, false, zone);
      }
    }
  }
}

}  // namespace

void AddPods(Draft& draft) {
  const Shape before = draft.shape();
  if (IsComplete(draft, before)) {
    return;
  }
  PodZones zones(draft.now());
  for (const std::string& name : draft.goal.kept) {
    const Shard* shard = before.Find(name);
    if (shard == nullptr || MembersOf(draft, *shard) == 0) {
      CreateOne(draft, name, true, zones.ForPrimary(name));
    }
  }
  // Nodes that carry the label of a shard that was just made belong to it; the other spare nodes
  // become replicas before pods are created for them.
  const Shape shape = draft.shape();
  auto spares = static_cast<int>(shape.spares.size());
  std::map<std::string, int> missing;
  for (const std::string& name : draft.goal.kept) {
    const Shard* shard = shape.Find(name);
    const int members = shard == nullptr ? 1 : std::max(1, MembersOf(draft, *shard));
    missing[name] = std::max(0, 1 + draft.spec.replication_factor - members);
  }
  for (const std::string& name : draft.goal.kept) {
    const int taken = std::min(spares, missing[name]);
    missing[name] -= taken;
    spares -= taken;
  }
  CreateReplicas(draft, zones, missing);
}

}  // namespace redisop
