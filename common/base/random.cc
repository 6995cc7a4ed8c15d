#include "common/base/random.h"

#include <random>

#include "absl/synchronization/mutex.h"

namespace redisop {
namespace {

class MachineRandom final : public Random {
 public:
  MachineRandom() : engine_(std::random_device{}()) {}
  uint64_t Next() override {
    absl::MutexLock lock(&mutex_);
    return engine_();
  }

 private:
  absl::Mutex mutex_;
  std::mt19937_64 engine_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

Random& SystemRandom() {
  static auto* random = new MachineRandom;
  return *random;
}

}  // namespace redisop
