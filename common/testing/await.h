// Waiting in tests: for a condition, never for a time.
//
//   ASSERT_TRUE(Await(absl::Seconds(5), [&] { return server.connections() == 2; }));

#ifndef REDIS_OPERATOR_COMMON_TESTING_AWAIT_H_
#define REDIS_OPERATOR_COMMON_TESTING_AWAIT_H_

#include <functional>

#include "absl/time/time.h"

namespace redisop {

// Asks `condition` every few milliseconds until it is true or `timeout` is over. Its last answer.
// The condition is asked at least once and needs deadlines of its own.
bool Await(absl::Duration timeout, const std::function<bool()>& condition);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_AWAIT_H_
