// Tables of node ids, pods and shards by name. For look-ups: the order of their entries is another
// one in every process and must not reach a plan.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_NAME_TABLE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_NAME_TABLE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace redisop {

struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const {
    return absl::HashOf(absl::string_view(name.data(), name.size()));
  }
};

template <typename Value>
using NameMap = absl::flat_hash_map<std::string, Value, NameHash, std::equal_to<>>;
using NameSet = absl::flat_hash_set<std::string, NameHash, std::equal_to<>>;

// The same with names that are kept elsewhere, unchanged for as long as the table is used.
template <typename Value>
using NameViewMap = absl::flat_hash_map<std::string_view, Value, NameHash, std::equal_to<>>;
using NameViewSet = absl::flat_hash_set<std::string_view, NameHash, std::equal_to<>>;

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_NAME_TABLE_H_
