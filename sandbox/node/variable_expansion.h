// $(NAME) in a container's command, arguments and environment, by Kubernetes' rules: "$$" is "$",
// an unknown name stays as written. (kubernetes.io: "Define dependent environment variables".)

#ifndef REDIS_OPERATOR_SANDBOX_NODE_VARIABLE_EXPANSION_H_
#define REDIS_OPERATOR_SANDBOX_NODE_VARIABLE_EXPANSION_H_

#include <map>
#include <string>
#include <string_view>

namespace redisop {

using Variables = std::map<std::string, std::string, std::less<>>;

std::string ExpandVariables(std::string_view text, const Variables& variables);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_VARIABLE_EXPANSION_H_
