// Matchers for absl::Status and absl::StatusOr. Debian's Abseil has none.
//
//   EXPECT_THAT(Parse("x"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("slot")));
//   EXPECT_THAT(Parse("5"), IsOkAndHolds(5));
//   ASSERT_OK_AND_ASSIGN(auto plan, ComputePlan(…));

#ifndef REDIS_OPERATOR_COMMON_TESTING_STATUS_MATCHERS_H_
#define REDIS_OPERATOR_COMMON_TESTING_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }

template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, negation ? "isn't OK" : "is OK") {
  *result_listener << ToString(StatusOf(arg));
  return StatusOf(arg).ok();
}

MATCHER_P(StatusIs, code,
          std::string(negation ? "hasn't" : "has") + " code " + absl::StatusCodeToString(code)) {
  *result_listener << ToString(StatusOf(arg));
  return StatusOf(arg).code() == code;
}

// `message` is a string or a matcher of one.
MATCHER_P2(
    StatusIs, code, message,
    std::string(negation ? "hasn't" : "has") + " code " + absl::StatusCodeToString(code) +
        " and a message that " +
        ::testing::DescribeMatcher<std::string>(::testing::SafeMatcherCast<std::string>(message))) {
  *result_listener << ToString(StatusOf(arg));
  return StatusOf(arg).code() == code &&
         ::testing::SafeMatcherCast<std::string>(message).Matches(MessageOf(StatusOf(arg)));
}

// OK with a value that equals or matches `value`.
MATCHER_P(IsOkAndHolds, value, negation ? "isn't OK with that value" : "is OK with that value") {
  if (!arg.ok()) {
    *result_listener << ToString(arg.status());
    return false;
  }
  return ::testing::ExplainMatchResult(value, *arg, result_listener);
}

}  // namespace redisop

#define EXPECT_OK(expression) EXPECT_THAT(expression, ::redisop::IsOk())
#define ASSERT_OK(expression) ASSERT_THAT(expression, ::redisop::IsOk())

#define ASSERT_OK_AND_ASSIGN(declaration, expression) \
  REDISOP_ASSERT_OK_AND_ASSIGN_(REDISOP_CONCAT(redisop_result_, __LINE__), declaration, expression)

#define REDISOP_ASSERT_OK_AND_ASSIGN_(result, declaration, expression) \
  auto result = (expression);                                          \
  ASSERT_THAT(result, ::redisop::IsOk());                              \
  declaration = std::move(result).value()

#endif  // REDIS_OPERATOR_COMMON_TESTING_STATUS_MATCHERS_H_
