// Whether a stored object already is what is desired. Pure.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_SATISFIES_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_SATISFIES_H_

#include <string>

namespace redisop {

// True: every field of `desired` is in `live` with the same value; lists have the same elements in
// the same order. What the API server and others added does not count.
bool Satisfies(const std::string& live_json, const std::string& desired_json);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_DESIRED_SATISFIES_H_
