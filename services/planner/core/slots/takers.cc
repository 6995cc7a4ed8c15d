#include "services/planner/core/slots/takers.h"

#include <algorithm>
#include <numeric>

namespace redisop {

Takers::Takers(std::vector<int> need)
    : need_(std::move(need)),
      missing_(std::accumulate(need_.begin(), need_.end(), 0)),
      place_(need_.size(), 0) {
  for (size_t i = 0; i < need_.size(); ++i) {
    if (need_[i] > 0) {
      order_.push_back(static_cast<int>(i));
    }
  }
  std::stable_sort(order_.begin(), order_.end(),
                   [this](int a, int b) { return NeedOf(a) > NeedOf(b); });
  for (size_t place = 0; place < order_.size(); ++place) {
    place_[static_cast<size_t>(order_[place])] = static_cast<int>(place);
    by_need_.emplace(NeedOf(order_[place]), static_cast<int>(place));
  }
}

void Takers::Give(int taker, int size) {
  const auto node = static_cast<size_t>(taker);
  by_need_.erase({need_[node], place_[node]});
  need_[node] -= size;
  missing_ -= size;
  if (need_[node] > 0) {
    by_need_.emplace(need_[node], place_[node]);
  }
  while (first_ < order_.size() && NeedOf(order_[first_]) == 0) {
    ++first_;
  }
}

int Takers::FindFor(int size, bool large_first) const {
  const int first = order_[first_];
  const auto above = by_need_.lower_bound({size + 1, 0});
  if (above == by_need_.begin()) {
    return first;
  }
  const int largest = std::prev(above)->first;
  if (largest < size && large_first) {
    return first;
  }
  return order_[static_cast<size_t>(by_need_.lower_bound({largest, 0})->second)];
}

}  // namespace redisop
