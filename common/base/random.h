// Randomness comes from outside, like time: jitter and identities take a Random, so that a seed
// repeats a run.

#ifndef REDIS_OPERATOR_COMMON_BASE_RANDOM_H_
#define REDIS_OPERATOR_COMMON_BASE_RANDOM_H_

#include <cstdint>

namespace redisop {

// Implementations are thread-safe.
class Random {
 public:
  virtual ~Random() = default;

  // Uniform over all 64-bit values.
  virtual uint64_t Next() = 0;

  // Uniform in [0, 1).
  double Fraction() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
};

// Seeded by the operating system. Never destroyed.
Random& SystemRandom();

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_BASE_RANDOM_H_
