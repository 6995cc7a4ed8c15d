// Kubernetes' resource quantities: "500m", "2", "1.5Gi", "100M", "1e3".

#ifndef REDIS_OPERATOR_SANDBOX_NODE_QUANTITY_H_
#define REDIS_OPERATOR_SANDBOX_NODE_QUANTITY_H_

#include <optional>
#include <string_view>

namespace redisop {

// The amount in base units; nullopt: not a quantity.
std::optional<double> ParseQuantity(std::string_view text);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_QUANTITY_H_
