// How many random cases a property test runs, and from which seed. SLOTS_CASES and SLOTS_SEED in
// the environment change both. Case i of a run has the seed `seed + i`, so each can be repeated
// alone.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PROPERTY_RUN_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PROPERTY_RUN_H_

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace redisop {

struct PropertyRun {
  uint64_t seed = 20261126;
  uint64_t cases = 0;

  explicit PropertyRun(uint64_t default_cases) : cases(default_cases) {
    if (const char* text = std::getenv("SLOTS_SEED"); text != nullptr) {
      seed = std::strtoull(text, nullptr, 10);
    }
    if (const char* text = std::getenv("SLOTS_CASES"); text != nullptr) {
      cases = std::strtoull(text, nullptr, 10);
    }
    std::cout << "SLOTS_SEED=" << seed << " SLOTS_CASES=" << cases << "\n";
  }

  // How to run case i alone.
  std::string Repeat(uint64_t i) const {
    return "SLOTS_SEED=" + std::to_string(seed + i) + " SLOTS_CASES=1";
  }
};

// Random numbers of one case.
class CaseRandom {
 public:
  explicit CaseRandom(uint64_t seed) : random_(seed) {}
  // 0 … limit-1. Requires: limit > 0.
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint64_t>(limit)); }

 private:
  std::mt19937_64 random_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_PROPERTY_RUN_H_
