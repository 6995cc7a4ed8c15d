// SHA-256 over canonical text: the identity of plans, observations and rendered objects.

#ifndef REDIS_OPERATOR_COMMON_BASE_DIGEST_H_
#define REDIS_OPERATOR_COMMON_BASE_DIGEST_H_

#include <string>
#include <string_view>

namespace redisop {

// "sha256:" and 64 lower-case hexadecimal digits. Thread-safe.
std::string Digest(std::string_view bytes);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_BASE_DIGEST_H_
