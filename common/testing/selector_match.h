// Label and field selectors of the Kubernetes API, for the in-memory API server.

#ifndef REDIS_OPERATOR_COMMON_TESTING_SELECTOR_MATCH_H_
#define REDIS_OPERATOR_COMMON_TESTING_SELECTOR_MATCH_H_

#include <nlohmann/json_fwd.hpp>

#include "common/kube/kube_api.h"

namespace redisop {

// Whether `object` is selected. Knows "k=v", "k==v", "k!=v", "k" and "!k", joined by commas; not
// the set forms "in (…)" and "notin (…)", which end the program. A field that is not there is the
// empty text.
bool Matches(const nlohmann::json& object, const Selector& selector);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_SELECTOR_MATCH_H_
