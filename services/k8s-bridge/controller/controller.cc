#include "services/k8s-bridge/controller/controller.h"

#include "services/k8s-bridge/controller/pipeline.h"

namespace redisop {

void Controller::Start(int workers) {
  for (int i = 0; i < workers; ++i) {
    workers_.emplace_back([this] { Work(); });
  }
}

void Controller::Stop() {
  queue_.ShutDown();
  for (std::thread& worker : workers_) {
    worker.join();
  }
  workers_.clear();
  // Watches end before the connections they run on.
  absl::MutexLock lock(&mutex_);
  memories_.clear();
}

void Controller::Work() {
  while (std::optional<std::string> key = queue_.Get()) {
    Handle(*key);
  }
}

bool Controller::RunOne() {
  std::optional<std::string> key = queue_.TryGet();
  if (!key.has_value()) {
    return false;
  }
  Handle(*key);
  return true;
}

void Controller::Handle(const std::string& key) {
  if (!context_.fencing_token().has_value()) {
    queue_.Done(key);
    return;
  }
  const absl::Duration begin = context_.clock.Monotonic();
  ClusterMemory& memory = MemoryOf(key);
  const absl::Duration again = RunPass(context_, key, memory);
  context_.metrics.PassTook(context_.clock.Monotonic() - begin);
  context_.metrics.QueueLength(queue_.Length());
  if (again < absl::InfiniteDuration()) {
    queue_.AddAfter(key, again);
  } else {
    absl::MutexLock lock(&mutex_);
    memories_.erase(key);
  }
  queue_.Done(key);
}

ClusterMemory& Controller::MemoryOf(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  std::unique_ptr<ClusterMemory>& memory = memories_[key];
  if (memory == nullptr) {
    memory = std::make_unique<ClusterMemory>();
  }
  return *memory;
}

}  // namespace redisop
