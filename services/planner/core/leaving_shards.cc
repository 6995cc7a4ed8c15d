#include "services/planner/core/leaving_shards.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "services/planner/core/lost_node.h"
#include "services/planner/core/placement/leaving_choice.h"
#include "services/planner/core/places.h"

namespace redisop {
namespace {

constexpr double kPartsOfAverage = 8;

// A shard that could leave, and what decides among those that cost the same.
struct Option {
  const Shard* shard = nullptr;
  ShardThatMayLeave cost;
  std::set<size_t> neighbours;  // other options whose slots adjoin
  int staying_neighbours = 0;
};

// What a primary holds, in every unit.
std::array<double, 3> HoldingsOf(const Node& primary) {
  return {static_cast<double>(primary.used_memory_bytes), static_cast<double>(primary.keys),
          static_cast<double>(primary.slots.size())};
}

class Chooser {
 public:
  Chooser(const WorkingSnapshot& snapshot, const std::vector<const Shard*>& shards,
          const ClusterSpec& spec)
      : places_(snapshot), spec_(spec) {
    for (const Shard* shard : shards) {
      const std::array<double, 3> holdings = HoldingsOf(*shard->primary);
      for (size_t unit = 0; unit < average_.size(); ++unit) {
        average_[unit] += holdings[unit] / static_cast<double>(shards.size());
      }
    }
    const std::vector<int> weights = HeaviestWeights(shards);
    for (const Shard* shard : shards) {
      AddOption(*shard, weights);
    }
    FindNeighbours();
  }

  // The options, the best reason to leave first; of those after the first `leaving` ones only that
  // they come later is meant.
  std::vector<size_t> Order(int leaving) {
    std::map<int, int> in_zone;
    std::vector<size_t> order(options_.size());
    std::iota(order.begin(), order.end(), size_t{0});
    for (Option& option : options_) {
      ++in_zone[option.cost.primary.zone];
      option.staying_neighbours = static_cast<int>(option.neighbours.size());
    }
    for (auto next = order.begin(); next != order.begin() + leaving; ++next) {
      const auto best = std::min_element(next, order.end(), [&](size_t a, size_t b) {
        return LeavesBefore(options_[a], options_[b], in_zone);
      });
      std::iter_swap(next, best);
      --in_zone[options_[*next].cost.primary.zone];
      for (const size_t neighbour : options_[*next].neighbours) {
        --options_[neighbour].staying_neighbours;
      }
    }
    std::sort(order.begin() + leaving, order.end(),
              [&](size_t a, size_t b) { return LeavesBefore(options_[a], options_[b], in_zone); });
    return order;
  }

  const Option& At(size_t i) const { return options_[i]; }

 private:
  // In parts of what an average shard holds: the mean over the units that are known.
  int64_t LoadOf(const Node& primary, int slots) const {
    if (slots == 0) {
      return 0;
    }
    const std::array<double, 3> holdings = HoldingsOf(primary);
    double shares = 0;
    int units = 0;
    for (size_t unit = 0; unit < average_.size(); ++unit) {
      if (average_[unit] > 0) {
        shares += holdings[unit] / average_[unit];
        ++units;
      }
    }
    return std::llround(shares / units * slots / primary.slots.size() * kPartsOfAverage);
  }

  // Of the heaviest shards, as many as are wished for.
  std::vector<int> HeaviestWeights(const std::vector<const Shard*>& shards) const {
    std::vector<int> weights;
    for (const Shard* shard : shards) {
      weights.push_back(WeightOf(spec_, shard->name));
    }
    std::sort(weights.rbegin(), weights.rend());
    weights.resize(std::min(weights.size(), static_cast<size_t>(spec_.number_of_primaries)));
    return weights;
  }

  // Of all slots, when it stays beside the heaviest others.
  int ShareOf(int weight, const std::vector<int>& heaviest) const {
    const int all = std::accumulate(heaviest.begin(), heaviest.end(), 0) -
                    (weight < heaviest.back() ? heaviest.back() - weight : 0);
    return all == 0 ? kSlotCount : (kSlotCount * weight + all - 1) / all;
  }

  // What moves when the shard leaves is no more than the share that it could have kept: the slots
  // above that move in any case.
  void AddOption(const Shard& shard, const std::vector<int>& heaviest) {
    Option option{.shard = &shard, .cost = {}, .neighbours = {}, .staying_neighbours = 0};
    const Node& primary = *shard.primary;
    const int slots =
        std::min(primary.slots.size(), ShareOf(WeightOf(spec_, shard.name), heaviest));
    option.cost.stuck =
        !primary.slots.empty() && (primary.unobserved || primary.health == Health::kFailed);
    option.cost.slots = slots;
    option.cost.load = LoadOf(primary, slots);
    // How many copies there are changes while they are placed; that there are some does not.
    option.cost.copies = shard.replicas.empty() && shard.joining.empty() ? 0 : 1;
    option.cost.primary = places_.Of(primary);
    options_.push_back(std::move(option));
  }

  // Of slots that stay where they are unless the shard leaves.
  void FindNeighbours() {
    std::map<int, size_t> first_slots;  // of ranges
    std::map<int, size_t> ends;
    for (size_t i = 0; i < options_.size(); ++i) {
      if (options_[i].cost.slots > 0) {
        for (const SlotRange& range : options_[i].shard->primary->slots.Ranges()) {
          first_slots[range.first] = i;
          ends[range.end] = i;
        }
      }
    }
    for (const auto& [slot, left] : ends) {
      if (const auto right = first_slots.find(slot); right != first_slots.end()) {
        options_[left].neighbours.insert(right->second);
        options_[right->second].neighbours.insert(left);
      }
    }
  }

  bool LeavesBefore(const Option& a, const Option& b, const std::map<int, int>& in_zone) const {
    const auto cost = [&](const Option& option) {
      return std::tuple(option.cost.stuck, option.cost.load, option.cost.slots, option.cost.copies,
                        -in_zone.at(option.cost.primary.zone), -option.staying_neighbours);
    };
    const auto cost_a = cost(a);
    const auto cost_b = cost(b);
    return cost_a != cost_b ? cost_a < cost_b : ShardNameLess(b.shard->name, a.shard->name);
  }

  const Places places_;
  const ClusterSpec& spec_;
  std::array<double, 3> average_{};
  std::vector<Option> options_;
};

}  // namespace

bool IsGivenUp(const WorkingSnapshot& snapshot, const Shard& shard, const Policy& policy) {
  return IsLost(*shard.primary) && IsLossAccepted(policy, shard.name) &&
         WhoMayReturn(snapshot, shard, *shard.primary).empty();
}

std::set<std::string> LeavingShards(const WorkingSnapshot& snapshot, const Shape& shape,
                                    const ClusterSpec& spec, const Policy& policy) {
  std::set<std::string> leaving;
  int surplus = static_cast<int>(shape.shards.size()) - spec.number_of_primaries;
  const auto leave_if = [&](const auto& has_to) {
    for (const Shard& shard : shape.shards) {
      if (!leaving.contains(shard.name) && has_to(shard)) {
        leaving.insert(shard.name);
        --surplus;
      }
    }
  };
  // Nothing of it is there to go on with: a new shard takes its place, or its own new nodes do when
  // there is no surplus.
  leave_if([&](const Shard& shard) {
    return shard.joining.empty() && IsGivenUp(snapshot, shard, policy);
  });
  leave_if([&](const Shard& shard) { return surplus > 0 && IsGivenUp(snapshot, shard, policy); });
  if (surplus <= 0) {
    return leaving;
  }
  std::vector<const Shard*> others;
  for (const Shard& shard : shape.shards) {
    if (!leaving.contains(shard.name)) {
      others.push_back(&shard);
    }
  }
  Chooser chooser(snapshot, others, spec);
  const std::vector<size_t> order = chooser.Order(surplus);
  std::vector<ShardThatMayLeave> candidates;
  for (const size_t i : order) {
    candidates.push_back(chooser.At(i).cost);
  }
  for (const size_t position : ChooseLeaving(candidates, surplus)) {
    leaving.insert(chooser.At(order[position]).shard->name);
  }
  return leaving;
}

}  // namespace redisop
