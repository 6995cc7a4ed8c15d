#include "services/planner/core/slots/load_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace redisop {
namespace {

// total × weight / sum without overflow.
int64_t PartOf(int64_t total, int64_t weight, int64_t sum) {
  return static_cast<int64_t>(static_cast<__int128>(total) * weight / sum);
}

// The shares of `total` by weight; what rounding leaves goes to the first ones, one each.
std::vector<int64_t> Divide(int64_t total, const std::vector<int>& weights) {
  const int64_t sum = std::accumulate(weights.begin(), weights.end(), int64_t{0});
  std::vector<int64_t> shares;
  int64_t rest = total;
  for (const int weight : weights) {
    shares.push_back(PartOf(total, weight, sum));
    rest -= shares.back();
  }
  for (size_t i = 0; rest > 0; ++i) {
    if (weights[i] > 0) {
      ++shares[i];
      --rest;
    }
  }
  return shares;
}

int64_t PercentOf(int64_t share, double percent) {
  return static_cast<int64_t>(std::floor(static_cast<double>(share) * percent / 100));
}

// The largest size of slots such that they and all smaller ones hold an eighth of all load.
int64_t GrainOf(const SlotLoads& loads, const std::vector<bool>& is_hot) {
  constexpr int64_t kEighth = 8;
  std::vector<int64_t> sizes;
  int64_t total = 0;
  for (size_t slot = 0; slot < loads.load.size(); ++slot) {
    if (loads.owner[slot] != kLeftOut && !is_hot[slot]) {
      sizes.push_back(loads.load[slot]);
      total += loads.load[slot];
    }
  }
  std::sort(sizes.begin(), sizes.end());
  int64_t below = 0;
  for (const int64_t size : sizes) {
    below += size;
    if (below >= (total + kEighth - 1) / kEighth) {
      return size;
    }
  }
  return 1;
}

// Shares, and the slots that are larger than the largest share. A node with such slots is taken out
// together with them; that makes the shares of the others smaller, so it is done until nothing
// changes. At least one node stays in: the last one's share is all that it holds.
struct Division {
  std::vector<int64_t> shares;
  std::vector<bool> is_hot;  // by slot
};

Division DivideAroundHotSlots(const SlotLoads& loads, double tolerance_percent) {
  Division division;
  division.is_hot.resize(loads.load.size(), false);
  std::vector<int64_t> hot_of(loads.weights.size(), 0);  // by node
  std::vector<int> weights = loads.weights;
  for (bool changed = true; changed;) {
    changed = false;
    int64_t total = 0;
    for (size_t slot = 0; slot < loads.load.size(); ++slot) {
      total += loads.owner[slot] == kLeftOut ? 0 : loads.load[slot];
    }
    total -= std::accumulate(hot_of.begin(), hot_of.end(), int64_t{0});
    division.shares = Divide(total, weights);
    const int64_t largest = *std::max_element(division.shares.begin(), division.shares.end());
    const int64_t limit = largest + PercentOf(largest, tolerance_percent);
    for (size_t slot = 0; slot < loads.load.size(); ++slot) {
      if (loads.load[slot] <= limit || division.is_hot[slot] || loads.owner[slot] == kLeftOut) {
        continue;
      }
      division.is_hot[slot] = true;
      if (loads.owner[slot] >= 0 && loads.weights[static_cast<size_t>(loads.owner[slot])] > 0) {
        const auto node = static_cast<size_t>(loads.owner[slot]);
        hot_of[node] += loads.load[slot];
        weights[node] = 0;
        changed = true;
      }
    }
  }
  for (size_t node = 0; node < hot_of.size(); ++node) {
    division.shares[node] += hot_of[node];
  }
  return division;
}

}  // namespace

LoadShares SharesByLoad(const SlotLoads& loads, double tolerance_percent) {
  const Division division = DivideAroundHotSlots(loads, tolerance_percent);
  LoadShares result;
  result.grain = GrainOf(loads, division.is_hot);
  result.held.resize(loads.weights.size(), 0);
  for (size_t slot = 0; slot < loads.load.size(); ++slot) {
    if (loads.owner[slot] >= 0) {
      result.held[static_cast<size_t>(loads.owner[slot])] += loads.load[slot];
    }
    if (division.is_hot[slot]) {
      result.hot.push_back(static_cast<int>(slot));
    }
  }
  for (const int64_t share : division.shares) {
    result.nodes.push_back({share, std::max(result.grain, PercentOf(share, tolerance_percent)),
                            std::max(result.grain, PercentOf(share, tolerance_percent / 2))});
  }
  return result;
}

bool NeedsMoves(const SlotLoads& loads, const LoadShares& shares) {
  for (size_t node = 0; node < loads.weights.size(); ++node) {
    if (loads.weights[node] == 0 ? shares.held[node] > 0 : !shares.IsWithinTolerance(node)) {
      return true;
    }
  }
  return std::find(loads.owner.begin(), loads.owner.end(), kUnassigned) != loads.owner.end();
}

}  // namespace redisop
