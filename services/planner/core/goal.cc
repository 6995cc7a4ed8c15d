#include "services/planner/core/goal.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "services/planner/core/lost_node.h"

namespace redisop {
namespace {

// All copies are gone, and that is accepted.
bool IsGivenUp(const WorkingSnapshot& snapshot, const Shard& shard, const Policy& policy) {
  const Node* primary = snapshot.Find(shard.primary);
  return primary != nullptr && IsLost(*primary) && IsLossAccepted(policy, shard.name) &&
         WhoMayReturn(snapshot, shard, *primary).empty();
}

// What the shards that may stay weigh together at most; 1 when they weigh nothing.
int HeaviestWeight(const Shape& shape, const ClusterSpec& spec) {
  std::vector<int> weights;
  for (const Shard& shard : shape.shards) {
    weights.push_back(WeightOf(spec, shard.name));
  }
  std::sort(weights.rbegin(), weights.rend());
  weights.resize(std::min(weights.size(), static_cast<size_t>(spec.number_of_primaries)));
  return std::max(1, std::accumulate(weights.begin(), weights.end(), 0));
}

// A shard that may have to leave. Lower costs are a better reason; a primary that can't be drained
// now stays last.
struct Candidate {
  const Shard* shard = nullptr;
  std::tuple<bool, int, uint64_t, size_t> cost{};
  int* primaries_in_zone = nullptr;
  bool zone_counts = false;
};

Candidate CandidateOf(const WorkingSnapshot& snapshot, const Shard& shard, int share,
                      const Policy& policy, std::map<std::string, int>& in_zone) {
  const Node* primary = snapshot.Find(shard.primary);
  if (primary == nullptr) {
    return {.shard = &shard, .primaries_in_zone = &in_zone[""]};
  }
  Candidate candidate{.shard = &shard, .primaries_in_zone = &in_zone[primary->zone]};
  if (IsGivenUp(snapshot, shard, policy)) {
    candidate.cost = {false, -1, 0, 0};
    return candidate;
  }
  const bool stuck =
      !primary->slots.empty() && (primary->unobserved || primary->health == Health::kFailed);
  candidate.cost = {stuck, std::min(primary->slots.size(), share),
                    share == 0 ? uint64_t{0} : primary->keys,
                    shard.replicas.size() + shard.joining.size()};
  candidate.zone_counts = true;
  return candidate;
}

// The shards that have the best reason to leave, one at a time, so that the zones
// of those that stay are counted anew.
std::set<std::string> ChooseLeaving(const WorkingSnapshot& snapshot, const Shape& shape,
                                    const ClusterSpec& spec, const Policy& policy) {
  const int heaviest = HeaviestWeight(shape, spec);
  std::vector<Candidate> staying;
  std::map<std::string, int> in_zone;
  std::set<std::string> leaving;
  for (const Shard& shard : shape.shards) {
    if (shard.joining.empty() && IsGivenUp(snapshot, shard, policy)) {
      // Nothing of it is there to go on with; a new shard takes its place.
      leaving.insert(shard.name);
      continue;
    }
    // What it keeps at least when it stays; the slots above that move in any case.
    const int share = (kSlotCount * WeightOf(spec, shard.name) + heaviest - 1) / heaviest;
    staying.push_back(CandidateOf(snapshot, shard, share, policy, in_zone));
    ++*staying.back().primaries_in_zone;
  }
  while (static_cast<int>(staying.size()) > spec.number_of_primaries) {
    // Of equal ones the last: shards are in the order of their names.
    const auto reason = [](const Candidate& c) {
      return std::tuple(c.cost, c.zone_counts ? -*c.primaries_in_zone : 0);
    };
    const auto last = std::min_element(
        staying.rbegin(), staying.rend(),
        [&](const Candidate& a, const Candidate& b) { return reason(a) < reason(b); });
    --*last->primaries_in_zone;
    leaving.insert(last->shard->name);
    staying.erase(std::prev(last.base()));
  }
  return leaving;
}

// New shards out of spare nodes, one by one, so that primaries stay spread.
void AppointSpares(const WorkingSnapshot& snapshot, const Shape& shape, const ClusterSpec& spec,
                   std::set<std::string>& used, Goal& goal) {
  std::map<std::string, int> in_zone;
  std::map<std::string, int> on_host;
  for (const Shard& shard : shape.shards) {
    if (const Node* primary = snapshot.Find(shard.primary); primary != nullptr) {
      ++in_zone[primary->zone];
      ++on_host[primary->host];
    }
  }
  std::vector<const Node*> spares;
  for (const NodeId& id : shape.spares) {
    const Node* node = snapshot.Find(id);
    if (!node->unobserved && !node->leaving && node->role == Role::kPrimary && node->keys == 0) {
      spares.push_back(node);
    }
  }
  while (static_cast<int>(goal.kept.size()) < spec.number_of_primaries && !spares.empty()) {
    const auto best =
        std::min_element(spares.begin(), spares.end(), [&](const Node* a, const Node* b) {
          return std::tie(in_zone[a->zone], on_host[a->host], a->id) <
                 std::tie(in_zone[b->zone], on_host[b->host], b->id);
        });
    const Node* primary = *best;
    spares.erase(best);
    ++in_zone[primary->zone];
    ++on_host[primary->host];
    std::string name(ShardNameOf(primary->id));
    if (!used.insert(name).second) {
      name = primary->id;
      used.insert(name);
    }
    goal.kept.push_back(name);
    goal.appointed.push_back({primary->id, name});
  }
}

}  // namespace

Goal DecideGoal(const WorkingSnapshot& snapshot, const Shape& shape, const ClusterSpec& spec,
                const Policy& policy) {
  Goal goal;
  goal.leaving = ChooseLeaving(snapshot, shape, spec, policy);
  for (const Shard& shard : shape.shards) {
    if (goal.Keeps(shard.name)) {
      goal.kept.push_back(shard.name);
    }
  }
  if (static_cast<int>(goal.kept.size()) >= spec.number_of_primaries) {
    return goal;
  }
  std::set<std::string> used;
  for (const Shard& shard : shape.shards) {
    if (!shard.joining.empty() || !IsGivenUp(snapshot, shard, policy)) {
      used.insert(shard.name);
    }
  }
  AppointSpares(snapshot, shape, spec, used, goal);
  for (int number = 0; static_cast<int>(goal.kept.size()) < spec.number_of_primaries; ++number) {
    const std::string name = std::to_string(number);
    if (used.insert(name).second) {
      goal.leaving.erase(name);
      goal.kept.push_back(name);
      goal.created.push_back(name);
    }
  }
  std::sort(goal.kept.begin(), goal.kept.end(), ShardNameLess);
  return goal;
}

}  // namespace redisop
