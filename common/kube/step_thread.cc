#include "common/kube/step_thread.h"

#include <utility>

#include "absl/time/clock.h"

namespace redisop {

StepThread::StepThread(std::function<absl::Duration()> step) : step_(std::move(step)) {}

StepThread::~StepThread() { Stop(); }

void StepThread::Start() {
  thread_ = std::thread([this] { Run(); });
}

void StepThread::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    changed_.SignalAll();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

void StepThread::Wake() {
  absl::MutexLock lock(&mutex_);
  wake_ = true;
  changed_.SignalAll();
}

void StepThread::Run() {
  while (true) {
    const absl::Duration delay = step_();
    absl::MutexLock lock(&mutex_);
    const absl::Time until = absl::Now() + delay;
    while (!wake_ && !stop_ && delay > absl::ZeroDuration()) {
      if (changed_.WaitWithDeadline(&mutex_, until)) {
        break;
      }
    }
    wake_ = false;
    if (stop_) {
      return;
    }
  }
}

}  // namespace redisop
