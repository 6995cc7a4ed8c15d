#include "services/planner/core/slots/share.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace redisop {
namespace {

// Indices from the largest `key` to the smallest; equal ones in their order.
std::vector<size_t> Descending(const std::vector<int>& key) {
  std::vector<size_t> order(key.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key[a] > key[b]; });
  return order;
}

}  // namespace

std::vector<Share> SharesFor(const std::vector<int>& weights, int slots, double tolerance_percent) {
  const int64_t sum = std::accumulate(weights.begin(), weights.end(), int64_t{0});
  std::vector<Share> shares;
  shares.reserve(weights.size());
  for (const int weight : weights) {
    const int64_t part = int64_t{slots} * weight;
    const int slack = static_cast<int>(
        std::floor(static_cast<double>(part) / static_cast<double>(sum) * tolerance_percent / 100));
    const int floor = static_cast<int>(part / sum);
    const int ceiling = static_cast<int>((part + sum - 1) / sum);
    shares.push_back({std::max(0, floor - slack), std::min(slots, ceiling + slack)});
  }
  return shares;
}

int FewestMoves(const std::vector<int>& current, const std::vector<Share>& shares, int unassigned) {
  int above = 0;
  int below = 0;
  for (size_t i = 0; i < current.size(); ++i) {
    above += std::max(0, current[i] - shares[i].high);
    below += std::max(0, shares[i].low - current[i]);
  }
  return std::max(above, below - unassigned);
}

std::vector<int> FinalCounts(const std::vector<int>& current, const std::vector<Share>& shares,
                             int unassigned) {
  std::vector<int> counts;
  int rest = unassigned + std::accumulate(current.begin(), current.end(), 0);
  for (size_t i = 0; i < current.size(); ++i) {
    counts.push_back(std::clamp(current[i], shares[i].low, shares[i].high));
    rest -= counts.back();
  }
  const std::vector<size_t> order = Descending(current);
  for (const size_t i : order) {  // too few placed: those that hold most take the rest first
    const int more = std::clamp(shares[i].high - counts[i], 0, std::max(0, rest));
    counts[i] += more;
    rest -= more;
  }
  for (auto i = order.rbegin(); i != order.rend();
       ++i) {  // too many: those that hold least give first
    const int fewer = std::clamp(counts[*i] - shares[*i].low, 0, std::max(0, -rest));
    counts[*i] -= fewer;
    rest += fewer;
  }
  return counts;
}

}  // namespace redisop
