#include "services/planner/core/load_wish.h"

#include <fmt/format.h>

#include <algorithm>

namespace redisop {

std::string LoadWish::Text(int64_t load) const {
  constexpr int64_t kMebibyte = 1 << 20;
  if (balance == Balance::kKeys) {
    return fmt::format("{} keys", load);
  }
  return load < kMebibyte ? fmt::format("{} bytes", load)
                          : fmt::format("{:.1f} MiB", static_cast<double>(load) / kMebibyte);
}

std::string LoadWish::HeldText(size_t primary) const {
  const auto slots = std::count(loads.owner.begin(), loads.owner.end(), static_cast<int>(primary));
  const int64_t held = shares.held[primary];
  const int64_t share = shares.nodes[primary].share;
  return fmt::format("{} in {} slots, {}", Text(held - slots), slots,
                     share == 0
                         ? "of which it keeps none"
                         : fmt::format("{:.1f}% of its share", 100.0 * static_cast<double>(held) /
                                                                   static_cast<double>(share)));
}

std::vector<NodeId> WithoutSlotLoads(const WorkingSnapshot& snapshot,
                                     const std::vector<NodeId>& primaries) {
  std::vector<NodeId> without;
  for (const NodeId& id : primaries) {
    const Node* node = snapshot.Find(id);
    if (!node->slots.empty() && node->slot_loads.empty()) {
      without.push_back(id);
    }
  }
  return without;
}

LoadWish LoadWishFor(const WorkingSnapshot& snapshot, const std::vector<NodeId>& primaries,
                     const std::vector<int>& weights, const ClusterSpec& spec, const Policy& policy,
                     bool give_unowned) {
  LoadWish wish;
  wish.balance = spec.balance;
  wish.loads.owner.resize(kSlotCount, give_unowned ? kUnassigned : kLeftOut);
  wish.loads.load.resize(kSlotCount, 1);
  wish.loads.weights = weights;
  for (size_t i = 0; i < primaries.size(); ++i) {
    const Node* node = snapshot.Find(primaries[i]);
    for (const SlotRange& range : node->slots.Ranges()) {
      std::fill(wish.loads.owner.begin() + range.first, wish.loads.owner.begin() + range.end,
                static_cast<int>(i));
    }
    for (const SlotLoad& load : node->slot_loads) {
      for (int slot = load.slots.first; slot < load.slots.end; ++slot) {
        if (wish.loads.owner[static_cast<size_t>(slot)] == static_cast<int>(i)) {
          wish.loads.load[static_cast<size_t>(slot)] +=
              static_cast<int64_t>(spec.balance == Balance::kKeys ? load.keys : load.bytes);
        }
      }
    }
  }
  wish.shares = SharesByLoad(wish.loads, policy.tolerance_percent);
  return wish;
}

bool IsLoaded(const LoadWish& wish) {
  return std::any_of(wish.loads.load.begin(), wish.loads.load.end(),
                     [](int64_t load) { return load > 1; });
}

}  // namespace redisop
