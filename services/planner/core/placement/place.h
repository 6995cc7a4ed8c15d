// Where a copy is, as numbers that the caller gives to zones and hosts. Value type.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_PLACE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_PLACE_H_

#include <compare>

namespace redisop {

inline constexpr int kUnknownPlace = -1;

// What is not known is shared with nobody. A host lies in one zone.
struct Place {
  int zone = kUnknownPlace;
  int host = kUnknownPlace;
  friend auto operator<=>(const Place&, const Place&) = default;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_PLACE_H_
