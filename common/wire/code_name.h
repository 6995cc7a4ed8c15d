// Codes of findings by their names on the wire ("SLOT_OPEN"), as steps carry them.

#ifndef REDIS_OPERATOR_COMMON_WIRE_CODE_NAME_H_
#define REDIS_OPERATOR_COMMON_WIRE_CODE_NAME_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "common/model/plan.h"

namespace redisop::wire {

// kInvalidArgument with `path` when no finding has that name.
absl::StatusOr<FindingCode> ReadFindingCode(std::string_view name, std::string_view path);

}  // namespace redisop::wire

#endif  // REDIS_OPERATOR_COMMON_WIRE_CODE_NAME_H_
