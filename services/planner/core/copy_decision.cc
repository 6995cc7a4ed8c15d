#include "services/planner/core/copy_decision.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

namespace redisop {
namespace {

using Standing = CopyCandidate::Standing;

constexpr uint64_t kBytesMax = uint64_t{1} << 40;
constexpr int kOrderMax = 10000;

// FNV-1a: the same number for a name in every snapshot.
uint32_t TagOf(std::string_view name) {
  uint32_t tag = 2166136261u;
  for (const char c : name) {
    tag = (tag ^ static_cast<unsigned char>(c)) * 16777619u;
  }
  return tag;
}

}  // namespace

CopyDecision::CopyDecision(const WorkingSnapshot& snapshot, const Shape& shape, const Goal& goal,
                           const ClusterSpec& spec, CopyProblem::Aim aim)
    : now_(snapshot), shape_(shape), goal_(goal), spec_(spec), places_(snapshot) {
  problem_.aim = aim;
  problem_.zone_of_host = places_.zone_of_host();
  problem_.copies_in_zone.assign(places_.zones().size(), 0);
  std::transform(places_.zones().begin(), places_.zones().end(),
                 std::back_inserter(problem_.zone_tags), TagOf);
  std::transform(places_.hosts().begin(), places_.hosts().end(),
                 std::back_inserter(problem_.host_tags), TagOf);
  problem_.hosts_required = spec.hosts == Spread::kRequired;
  problem_.zones_required = spec.zones == Spread::kRequired;
}

bool CopyDecision::HasPrimary(const Shard& shard) const { return Counts(now_, *shard.primary); }

bool CopyDecision::IsSteady(const Shard& shard) const {
  return goal_.Keeps(shard.name) && HasPrimary(shard) && !PrimaryOf(shard).unobserved &&
         PrimaryOf(shard).health != Health::kFailed;
}

bool CopyDecision::MayMove(const Shard& shard, const Node& replica) const {
  if (!replica.shard.empty() || !InSync(&replica)) {
    return false;
  }
  const NodeList replicas = ThatCount(now_, shard.replicas);
  const auto in_sync = std::count_if(replicas.begin(), replicas.end(),
                                     [&](const Node* other) { return InSync(other); });
  return (spec_.replication_factor >= 2 && CanReplace(shard)) ||
         (problem_.aim == CopyProblem::Aim::kFill && in_sync > spec_.replication_factor);
}

bool CopyDecision::HasMovable(const Shard& shard) const {
  const NodeList replicas = ThatCount(now_, shard.replicas);
  return IsSteady(shard) && std::any_of(replicas.begin(), replicas.end(), [&](const Node* replica) {
           return MayMove(shard, *replica);
         });
}

void CopyDecision::AddGap(const Shard& shard, int gap) {
  const NodeList joining = ThatCount(now_, shard.joining);
  const int missing = std::max(0, gap - static_cast<int>(joining.size()));
  const int home = AddDemand(shard, CopiesOf(now_, shard), {.wanted = gap, .missing = missing});
  AddCandidates(joining, home, /*bound=*/true);
}

void CopyDecision::AddChoice(const Shard& shard, bool exchange) {
  const NodeList members = MembersOf(now_, shard);
  const int wanted = spec_.replication_factor;
  const int missing = std::max(0, wanted - static_cast<int>(members.size()));
  const int home = AddDemand(shard, {&PrimaryOf(shard)},
                             {.wanted = wanted,
                              .missing = missing,
                              .takes_new_pods = CanReplace(shard),
                              .gives_only = problem_.aim == CopyProblem::Aim::kFill && wanted < 2});
  NodeList bound;
  NodeList movable;
  for (const Node* node : members) {
    (exchange && MayMove(shard, *node) ? movable : bound).push_back(node);
  }
  AddCandidates(bound, home, /*bound=*/true);
  AddCandidates(movable, home, /*bound=*/false);
}

void CopyDecision::LeaveAlone(const Shard& shard) {
  NodeList nodes = MembersOf(now_, shard);
  if (HasPrimary(shard)) {
    nodes.push_back(&PrimaryOf(shard));
  }
  for (const Node* node : nodes) {
    if (const int zone = places_.Of(*node).zone; zone != kUnknownPlace) {
      ++problem_.copies_in_zone[static_cast<size_t>(zone)];
    }
  }
}

void CopyDecision::AddSpares(NodeList spares) {
  AddCandidates(std::move(spares), CopyCandidate::kNobody, /*bound=*/false);
}

Standing CopyDecision::StandingOf(const Node& node) const {
  if (node.role == Role::kReplica && shape_.ShardOf(&node) != nullptr) {
    return !node.unobserved && node.link == Link::kInSync ? Standing::kInSync : Standing::kBehind;
  }
  const bool usable = !node.unobserved && node.health == Health::kOk && !IsStuck(now_, node) &&
                      (node.role == Role::kReplica || node.keys == 0);
  return usable ? Standing::kEmpty : Standing::kDoubtful;
}

int CopyDecision::AddDemand(const Shard& shard, NodeList fixed, CopyDemand demand) {
  demand.tag = TagOf(shard.name);
  demand.bytes =
      static_cast<int64_t>(std::clamp<uint64_t>(shard.primary->used_memory_bytes, 1, kBytesMax));
  const int home = static_cast<int>(names_.size());
  for (const Node* node : fixed) {
    const Place place = places_.Of(*node);
    if (place.host != kUnknownPlace) {
      demand.fixed.push_back(place);
      continue;
    }
    // It stays, but where it will be depends on the others.
    ++demand.wanted;
    problem_.candidates.push_back({.place = place,
                                   .home = home,
                                   .bound = true,
                                   .stays = true,
                                   .standing = Standing::kInSync});
    nodes_.push_back(node);
  }
  problem_.demands.push_back(std::move(demand));
  names_.push_back(shard.name);
  fixed_.push_back(std::move(fixed));
  return home;
}

void CopyDecision::AddCandidates(NodeList nodes, int home, bool bound) {
  std::sort(nodes.begin(), nodes.end(), [](const Node* a, const Node* b) {
    return std::tie(a->member, a->id) < std::tie(b->member, b->id);
  });
  for (const Node* node : nodes) {
    // Who is at home already comes before those who are nowhere.
    const bool spare = home == CopyCandidate::kNobody;
    problem_.candidates.push_back(
        {.place = places_.Of(*node),
         .home = home,
         .bound = bound,
         .standing = StandingOf(*node),
         .order = spare ? kOrderMax : std::clamp(node->member, 0, kOrderMax - 1)});
    nodes_.push_back(node);
  }
}

std::vector<std::string> CopyDecision::ZoneNames(const std::vector<int>& zones) const {
  std::vector<std::string> names;
  for (const int zone : zones) {
    names.emplace_back(places_.ZoneName(zone));
  }
  return names;
}

CopyPairs CopyDecision::PairsAfter(size_t demand, const CopyPlacement::OfShard& shard) const {
  std::vector<Place> copies;
  for (const Node* node : fixed_[demand]) {
    copies.push_back(places_.Of(*node));
  }
  for (const size_t c : shard.candidates) {
    if (!problem_.candidates[c].stays) {
      copies.push_back(places_.Of(*nodes_[c]));
    }
  }
  for (const int zone : shard.new_pods) {
    copies.push_back({.zone = zone, .host = kUnknownPlace});
  }
  return PairsOf(copies);
}

CopyGoal CopyDecision::Solve() const {
  CopyGoal decided;
  if (problem_.demands.empty()) {
    return decided;
  }
  const CopyPlacement placement = PlaceCopies(problem_);
  for (size_t s = 0; s < names_.size(); ++s) {
    const CopyPlacement::OfShard& from = placement.shards[s];
    CopyGoal::OfShard& to = decided.shards[names_[s]];
    for (const size_t c : from.candidates) {
      if (!problem_.candidates[c].stays) {
        to.replicas.push_back(nodes_[c]->id);
      }
    }
    std::sort(to.replicas.begin(), to.replicas.end());
    to.new_pods = ZoneNames(from.new_pods);
    to.lacking = from.lacking;
    to.pairs = PairsAfter(s, from);
  }
  return decided;
}

}  // namespace redisop
