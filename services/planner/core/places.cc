#include "services/planner/core/places.h"

#include <algorithm>

#include "services/planner/core/shape.h"

namespace redisop {
namespace {

// Gives the names numbers in their order.
void Number(NameViewMap<int>& numbers, std::vector<std::string>& names) {
  numbers.erase("");
  for (const auto& [name, number] : numbers) {
    names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  numbers.clear();
  for (size_t i = 0; i < names.size(); ++i) {
    numbers.emplace(names[i], static_cast<int>(i));
  }
}

int NumberOf(const NameViewMap<int>& numbers, std::string_view name) {
  const auto found = numbers.find(name);
  return found == numbers.end() ? kUnknownPlace : found->second;
}

}  // namespace

Places::Places(const WorkingSnapshot& snapshot) {
  for (const Host& host : snapshot.hosts()) {
    host_numbers_.emplace(host.name, 0);
    zone_numbers_.emplace(host.zone, 0);
  }
  for (const auto& [id, node] : snapshot.nodes()) {
    host_numbers_.emplace(node.host, 0);
    zone_numbers_.emplace(node.zone, 0);
    hosts_known_ = hosts_known_ && (!node.host.empty() || IsLost(node));
    zones_known_ = zones_known_ && (!node.zone.empty() || IsLost(node));
  }
  Number(host_numbers_, hosts_);
  Number(zone_numbers_, zones_);
  zone_of_host_.assign(hosts_.size(), CopyProblem::kNoPods);
  rooms_of_zone_.assign(zones_.size(), 0);
  const bool zoned = std::any_of(snapshot.hosts().begin(), snapshot.hosts().end(),
                                 [](const Host& host) { return !host.zone.empty(); });
  for (const Host& host : snapshot.hosts()) {
    if (host.unschedulable || (zoned && host.zone.empty())) {
      continue;
    }
    const int zone = NumberOf(zone_numbers_, host.zone);
    zone_of_host_[static_cast<size_t>(NumberOf(host_numbers_, host.name))] = zone;
    ++rooms_;
    if (zone != kUnknownPlace) {
      ++rooms_of_zone_[static_cast<size_t>(zone)];
    }
  }
  CountUsable(snapshot);
}

void Places::CountUsable(const WorkingSnapshot& snapshot) {
  std::vector<bool> hosts(hosts_.size(), false);
  std::vector<bool> zones(zones_.size(), false);
  for (size_t host = 0; host < hosts.size(); ++host) {
    hosts[host] = zone_of_host_[host] != CopyProblem::kNoPods;
  }
  for (size_t zone = 0; zone < zones.size(); ++zone) {
    zones[zone] = rooms_of_zone_[zone] > 0;
  }
  for (const auto& [id, node] : snapshot.nodes()) {
    const Place place = IsLost(node) ? Place() : Of(node);
    if (place.host != kUnknownPlace) {
      hosts[static_cast<size_t>(place.host)] = true;
    }
    if (place.zone != kUnknownPlace) {
      zones[static_cast<size_t>(place.zone)] = true;
    }
  }
  usable_hosts_ = static_cast<int>(std::count(hosts.begin(), hosts.end(), true));
  usable_zones_ = static_cast<int>(std::count(zones.begin(), zones.end(), true));
}

Place Places::Of(const Node& node) const {
  return {.zone = NumberOf(zone_numbers_, node.zone), .host = NumberOf(host_numbers_, node.host)};
}

CopyPairs Places::FewestPairsOf(int copies) const {
  return {.hosts = hosts_known_ ? FewestPairs(copies, usable_hosts_) : 0,
          .zones = zones_known_ ? FewestPairs(copies, usable_zones_) : 0};
}

std::string_view Places::ZoneName(int zone) const {
  return zone == kUnknownPlace ? std::string_view() : zones_[static_cast<size_t>(zone)];
}

}  // namespace redisop
