#include "services/planner/core/placement/copy_cost.h"

#include <algorithm>

namespace redisop {
namespace {

using Standing = CopyCandidate::Standing;

// What tells equal choices apart weighs less than one place in the order.
constexpr int64_t kOrderUnit = int64_t{1} << 20;

// A number below kOrderUnit that depends on both and looks like any other.
int64_t Mixed(uint32_t a, uint32_t b) {
  uint64_t x = (uint64_t{a} << 32 | b) * 0x9e3779b97f4a7c15u;
  x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
  return static_cast<int64_t>((x ^ x >> 32) % kOrderUnit);
}

// The filling of a zone is compared per host, in parts of this.
constexpr int64_t kFillingScale = 5040;  // divisible by 1 … 10

// Who stays is used before anybody else, whatever it costs: more than all copies that a shard can
// lack or that can be crowded out.
constexpr int64_t kStays = -200;

// Bytes are counted in halves of a full synchronisation.
constexpr int64_t kWhole = 2;

int64_t HalvesToSync(Standing standing) {
  return standing == Standing::kInSync ? 0 : standing == Standing::kBehind ? 1 : kWhole;
}

}  // namespace

CopyCost::CopyCost(const CopyProblem& problem) : problem_(problem) {
  for (const int zone : problem.zone_of_host) {
    if (zone != CopyProblem::kNoPods) {
      ++hosts_in_zone_[zone];
    }
  }
}

FlowCost CopyCost::OfCandidate(const CopyCandidate& candidate) const {
  return Unready(candidate.standing == Standing::kDoubtful ? 1 : 0) +
         CostAt(kOrder, candidate.order * kOrderUnit);
}

FlowCost CopyCost::AtHome(size_t s, const CopyCandidate& candidate) const {
  return CostAt(kBytes, HalvesToSync(candidate.standing) * problem_.demands[s].bytes) +
         CostAt(kLacking, candidate.stays ? kStays : 0) + Taste(s, candidate.place);
}

FlowCost CopyCost::OfSpare(size_t s, const Place& place) const {
  return CostAt(kBytes, kWhole * problem_.demands[s].bytes) + Taste(s, place);
}

FlowCost CopyCost::OfNewPod(size_t s, int zone) const {
  const FlowCost cost = CostAt(kBytes, kWhole * problem_.demands[s].bytes) + Unready(2);
  return zone == kUnknownPlace && hosts_in_zone_.empty()
             ? cost
             : cost + Taste(s, {.zone = zone, .host = kUnknownPlace});
}

CopyCost::Filling CopyCost::FillingOf(int zone) const {
  const auto hosts = hosts_in_zone_.find(zone);
  const int64_t capacity = hosts == hosts_in_zone_.end() ? 1 : hosts->second;
  int64_t filled = 0;
  if (static_cast<size_t>(zone) < problem_.copies_in_zone.size()) {
    filled = problem_.copies_in_zone[static_cast<size_t>(zone)];
  }
  for (const CopyDemand& demand : problem_.demands) {
    filled += std::count_if(demand.fixed.begin(), demand.fixed.end(),
                            [&](const Place& place) { return place.zone == zone; });
  }
  const int64_t unit = kFillingScale / std::min(kFillingScale, capacity);
  return {.first = filled * unit, .growth = unit};
}

bool CopyCost::TakesPods(const Place& host) const {
  const auto number = static_cast<size_t>(host.host);
  return number < problem_.zone_of_host.size() && problem_.zone_of_host[number] == host.zone;
}

FlowCost CopyCost::Unready(int64_t units) const {
  return CostAt(problem_.aim == CopyProblem::Aim::kFill ? kUnreadyToFill : kUnreadyToImprove,
                units);
}

// A small cost that differs for each shard and place, so that one choice alone is the best. Where
// no place is known the first shards come first.
FlowCost CopyCost::Taste(size_t s, const Place& place) const {
  if (place.zone == kUnknownPlace && place.host == kUnknownPlace) {
    return CostAt(kOrder, static_cast<int64_t>(s));
  }
  const auto at = [](const std::vector<uint32_t>& tags, int number) {
    return static_cast<size_t>(number) < tags.size() ? tags[static_cast<size_t>(number)] : 0;
  };
  const uint32_t tag = place.host != kUnknownPlace ? at(problem_.host_tags, place.host)
                                                   : at(problem_.zone_tags, place.zone);
  return CostAt(kOrder, Mixed(problem_.demands[s].tag, tag));
}

}  // namespace redisop
