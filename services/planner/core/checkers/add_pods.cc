#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

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

// The smallest number whose pod name is not held by a pod that stays.
int FreeMember(const Draft& draft, const std::string& shard) {
  int member = 0;
  while (draft.now().Find(fmt::format("{}-{}-{}", draft.spec.name, shard, member)) != nullptr) {
    ++member;
  }
  return member;
}

bool CreateOne(Draft& draft, const std::string& shard, bool primary, PodZones& zones) {
  const FindingCode finding = primary ? FindingCode::kShardMissing : FindingCode::kReplicaMissing;
  if (draft.spec.zones == Spread::kRequired && !zones.zones().empty() &&
      !zones.HasFreeZone(shard)) {
    draft.Block(BlockedCode::kPlacementImpossible,
                fmt::format("shard {} has a copy in each of the {} zones; a further one must not "
                            "share a zone",
                            shard, zones.zones().size()),
                finding);
    return false;
  }
  const int member = FreeMember(draft, shard);
  const std::string zone = zones.Choose(shard, primary);
  return draft.Propose(
      CreatePod{fmt::format("{}-{}-{}", draft.spec.name, shard, member), shard, member, zone},
      {finding,
       primary ? fmt::format("shard {} has no node yet", shard)
               : fmt::format("shard {} needs {} replicas", shard, draft.spec.replication_factor)});
}

// The spare node for a new shard's primary: of the zone and host with the fewest primaries.
NodeId BestSpare(Draft& draft) {
  const Shape& shape = draft.shape();
  std::map<std::string, int> in_zone;
  std::map<std::string, int> on_host;
  for (const Shard& shard : shape.shards) {
    if (const Node* primary = draft.now().Find(shard.primary); primary != nullptr) {
      ++in_zone[primary->zone];
      ++on_host[primary->host];
    }
  }
  NodeId best;
  const auto cost = [&](const NodeId& id) {
    const Node* node = draft.now().Find(id);
    return std::tuple(in_zone[node->zone], on_host[node->host], id);
  };
  for (const NodeId& id : shape.spares) {
    const Node* node = draft.now().Find(id);
    if (!node->unobserved && !node->leaving && node->role == Role::kPrimary && node->keys == 0 &&
        (best.empty() || cost(id) < cost(best))) {
      best = id;
    }
  }
  return best;
}

// New shards take spare nodes as primaries before pods are created.
void AppointSpares(Draft& draft) {
  for (const std::string& name : draft.goal.created) {
    const NodeId spare = BestSpare(draft);
    if (spare.empty()) {
      return;
    }
    draft.Appoint(spare, name);
  }
}

}  // namespace

void AddPods(Draft& draft) {
  AppointSpares(draft);
  const Shape shape = draft.shape();
  PodZones zones(draft.now());
  const int wanted = 1 + draft.spec.replication_factor;
  size_t spares = shape.spares.size();
  struct Need {
    std::string shard;
    int members = 0;
  };
  std::vector<Need> needs;
  for (const std::string& name : draft.goal.kept) {
    const Shard* shard = shape.Find(name);
    needs.push_back({name, shard == nullptr ? 0 : MembersOf(draft, *shard)});
  }
  // All first members before the second ones; spare nodes before new pods.
  for (int member = 1; member <= wanted; ++member) {
    for (Need& need : needs) {
      if (need.members >= member) {
        continue;
      }
      if (spares > 0 && need.members > 0) {
        --spares;
        ++need.members;
      } else if (CreateOne(draft, need.shard, need.members == 0, zones)) {
        ++need.members;
      }
    }
  }
}

}  // namespace redisop
