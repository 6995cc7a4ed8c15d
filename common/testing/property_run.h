// How many random cases a property test runs, and from which seed. NAME_CASES and NAME_SEED in the
// environment change both. Case i of a run has the seed `seed + i`, so each can be repeated alone.
//
//   const PropertyRun run("SLOTS", 50000);
//   for (uint64_t i = 0; i < run.cases; ++i) {
//     CaseRandom random(run.seed + i);
//     ASSERT_EQ(…) << run.Repeat(i);

#ifndef REDIS_OPERATOR_COMMON_TESTING_PROPERTY_RUN_H_
#define REDIS_OPERATOR_COMMON_TESTING_PROPERTY_RUN_H_

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace redisop {

class PropertyRun {
 public:
  PropertyRun(const std::string& name, uint64_t default_cases, uint64_t default_seed = 20261126)
      : seed(FromEnvironment(name + "_SEED", default_seed)),
        cases(FromEnvironment(name + "_CASES", default_cases)),
        name_(name) {
    std::cout << name << "_SEED=" << seed << " " << name << "_CASES=" << cases << "\n";
  }

  // How to run case i alone.
  std::string Repeat(uint64_t i) const {
    return name_ + "_SEED=" + std::to_string(seed + i) + " " + name_ + "_CASES=1";
  }

  const uint64_t seed;
  const uint64_t cases;

 private:
  static uint64_t FromEnvironment(const std::string& variable, uint64_t otherwise) {
    const char* text = std::getenv(variable.c_str());
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  }

  const std::string name_;
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

#endif  // REDIS_OPERATOR_COMMON_TESTING_PROPERTY_RUN_H_
