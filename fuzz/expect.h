// How a fuzz target says that something does not hold: libFuzzer takes the abort for a finding and
// keeps the input.

#ifndef REDIS_OPERATOR_FUZZ_EXPECT_H_
#define REDIS_OPERATOR_FUZZ_EXPECT_H_

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace redisop::fuzz {

// Ends the process unless `holds`; `what` says what should have held.
inline void Expect(bool holds, std::string_view what) {
  if (!holds) {
    fmt::print(stderr, "EXPECTED: {}\n", what);
    std::abort();
  }
}

}  // namespace redisop::fuzz

#endif  // REDIS_OPERATOR_FUZZ_EXPECT_H_
